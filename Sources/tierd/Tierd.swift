import ArgumentParser
@main struct Tierd: ParsableCommand { func run() {} }
