import KafkaClient
import Runtime
import Testing

struct ReadingPlacesTests {
    private static func place(_ shard: Int32, _ offset: Int64) -> [PartitionOffset] {
        ["orders", "browse"].map {
            PartitionOffset(topicPartition: TopicPartition(topic: $0, partition: shard), offset: offset)
        }
    }

    @Test func `those that begin are read from their starts, the others from what they have taken`() {
        let places = ReadingPlaces()
        #expect(
            places.assignment(Self.place(0, 5) + Self.place(1, 7), going: [])
                == [0: Self.place(0, 5), 1: Self.place(1, 7)])
        places.set(0, Self.place(0, 20))
        places.set(1, Self.place(1, 30))
        #expect(places.assignment(Self.place(1, 12), going: [0]) == [0: Self.place(0, 20), 1: Self.place(1, 12)])
    }

    @Test func `a shard that has begun and taken nothing yet is read from its start again`() {
        let places = ReadingPlaces()
        _ = places.assignment(Self.place(0, 5), going: [])
        #expect(places.assignment(Self.place(1, 1), going: [0])[0] == Self.place(0, 5))
    }
}
