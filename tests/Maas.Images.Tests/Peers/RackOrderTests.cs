using System.Security.Cryptography;
using CsCheck;
using Maas.Images.Peers;

namespace Maas.Images.Tests.Peers;

public class RackOrderTests
{
    private static readonly string[] Members = ["4y3h7n", "4y3h7p", "kq8wxe"];

    private static readonly Gen<Sha256Digest> GenDigest = Gen.Byte.Array[8].Select(bytes => Sha256Digest.FromHash(SHA256.HashData(bytes)));

    private static readonly Gen<string[]> GenMembers = Gen.String[Gen.Char["abcdefghkmnpqrstwxy346789"], 6, 6].Array[0, 8];

    [Theory]
    [InlineData(0x00, "4y3h7n kq8wxe 4y3h7p")]
    [InlineData(0x11, "4y3h7p kq8wxe 4y3h7n")]
    [InlineData(0xab, "kq8wxe 4y3h7n 4y3h7p")]
    public void The_order_is_the_same_at_each_host_and_in_each_version(byte fill, string expected)
    {
        var digest = Sha256Digest.FromHash(Enumerable.Repeat(fill, 32).ToArray());

        RackOrder.Of(digest, Members).Should().Equal(expected.Split(' '));
        RackOrder.Of(digest, Members.Reverse()).Should().Equal(expected.Split(' '));
    }

    [Theory]
    [InlineData("4y3h7n kq8wxe 4y3h7p", "4y3h7n", "")]
    [InlineData("4y3h7n kq8wxe 4y3h7p", "kq8wxe", "4y3h7n")]
    [InlineData("4y3h7n kq8wxe 4y3h7p", "4y3h7p", "4y3h7n kq8wxe")]
    [InlineData("kq8wxe 4y3h7p", "4y3h7p", "kq8wxe")]
    [InlineData("4y3h7p", "4y3h7p", "")]
    public void A_host_waits_for_those_before_it_that_run(string running, string self, string expected)
    {
        // The members as they are ordered for this digest are in the place of the names of the table.
        var digest = Sha256Digest.FromHash(new byte[32]);
        var names = "4y3h7n kq8wxe 4y3h7p".Split(' ').Zip(RackOrder.Of(digest, Members)).ToDictionary();
        var others = running.Split(' ').Where(member => member != self).Select(member => names[member]);

        RackOrder.Before(digest, names[self], others).Should().Equal(
            expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(member => names[member]));
    }

    [Fact]
    public void Hosts_that_see_different_hosts_run_do_not_wait_for_each_other() =>
        Gen.Select(GenDigest, GenMembers, GenMembers).Sample((digest, seen, alsoSeen) =>
        {
            // Each waits for the other in no case, whatever else it sees.
            var pairs = seen.SelectMany(one => alsoSeen.Select(other => (One: one, Other: other)));
            foreach (var (one, other) in pairs.Where(pair => pair.One != pair.Other))
            {
                var waits = RackOrder.Before(digest, one, [.. seen, other]).Contains(other);
                RackOrder.Before(digest, other, [.. alsoSeen, one]).Contains(one).Should().Be(!waits);
            }
        });

    [Fact]
    public void A_host_that_goes_changes_the_order_of_no_others() => Gen.Select(GenDigest, GenMembers).Sample((digest, members) =>
    {
        var order = RackOrder.Of(digest, members);
        foreach (var gone in order)
            RackOrder.Of(digest, members.Where(member => member != gone)).Should().Equal(order.Where(member => member != gone));
    });

    [Fact]
    public void Each_host_fetches_its_part_of_the_blobs()
    {
        var firsts = Enumerable.Range(0, 3_000)
            .Select(number => RackOrder.Of(Sha256Digest.FromHash(SHA256.HashData(BitConverter.GetBytes(number))), Members)[0])
            .CountBy(member => member).ToDictionary();

        firsts.Should().HaveCount(3).And.OnlyContain(part => part.Value > 900 && part.Value < 1_100);
    }
}
