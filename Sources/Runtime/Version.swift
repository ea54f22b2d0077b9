/// The version of the engine, named in outputs' build information and by `tierd version`.
package let tierdVersion = "0.1.0"
