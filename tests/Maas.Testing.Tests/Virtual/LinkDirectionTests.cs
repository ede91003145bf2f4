using Maas.Testing.Virtual;

namespace Maas.Testing.Tests.Virtual;

public class LinkDirectionTests
{
    private static List<long> Pass(LinkConditions conditions, int count)
    {
        var link = new LinkDirection(new SeededRandom(1, "link"));
        List<long> arrived = [];
        Span<long> arrivals = stackalloc long[LinkDirection.MostArrivals];
        for (var i = 0; i < count; i++)
            foreach (var at in arrivals[..link.Pass(conditions, [i * TimeSpan.TicksPerMillisecond], arrivals)]) arrived.Add(at);
        return arrived;
    }

    [Fact]
    public void Jitter_alone_changes_no_order() =>
        Pass(new LinkConditions { Jitter = TimeSpan.FromMilliseconds(50) }, 1000).Should().HaveCount(1000).And.BeInAscendingOrder();

    [Fact]
    public void Reordering_lets_later_datagrams_overtake() =>
        Pass(new LinkConditions { Reordering = 0.1 }, 1000).Should().HaveCount(1000).And.NotBeInAscendingOrder();

    [Fact]
    public void Shares_are_kept()
    {
        Pass(new LinkConditions { Loss = 0.3 }, 10_000).Count.Should().BeInRange(6_800, 7_200);
        Pass(new LinkConditions { Duplication = 0.1 }, 10_000).Count.Should().BeInRange(10_800, 11_200);
        Pass(new LinkConditions { Loss = 1 }, 100).Should().BeEmpty();
    }

    [Fact]
    public void The_numbers_of_a_seed_and_a_name_are_the_same_everywhere()
    {
        var random = new SeededRandom(42, "52:54:00:00:00:01");
        uint[] numbers = [random.NextUInt32(), random.NextUInt32(), random.NextUInt32()];
        numbers.Should().Equal(new SeededRandom(42, "52:54:00:00:00:01") is var again
            ? [again.NextUInt32(), again.NextUInt32(), again.NextUInt32()]
            : Array.Empty<uint>());
        new SeededRandom(43, "52:54:00:00:00:01").NextUInt32().Should().NotBe(numbers[0]);
        new SeededRandom(42, "52:54:00:00:00:02").NextUInt32().Should().NotBe(numbers[0]);
        SeededRandom.Hash("maas"u8).Should().Be(0x1f755fa2ceb07967, "FNV-1a");
    }
}
