using CsCheck;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

public class LossyNetworkTests
{
    [Theory]
    [InlineData(0, 512, 1)]
    [InlineData(1, 512, 1)]
    [InlineData(511, 512, 4)]
    [InlineData(512, 512, 1)]
    [InlineData(513, 512, 4)]
    [InlineData(512 * 8, 512, 8)]
    [InlineData(100_000, 1468, 16)]
    public void A_quiet_network_carries_each_block_once(int length, int blockSize, int windowSize)
    {
        var content = Content(length);
        var network = new SimulatedNetwork(seed: 1);
        network.Run(content, blockSize, windowSize).Should().Be(TftpOutcome.Completed);
        network.Received.Should().Equal(content);
        network.DataPackets.Should().Be((length / blockSize) + 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Block_numbers_roll_over_to_zero(int windowSize)
    {
        var content = Content(70_000 * 8);
        var network = new SimulatedNetwork(seed: 1);
        network.Run(content, 8, windowSize).Should().Be(TftpOutcome.Completed);
        network.Received.AsSpan().SequenceEqual(content).Should().BeTrue();
    }

    [Fact]
    public void A_file_of_exactly_65535_blocks_ends_with_an_empty_block_zero()
    {
        var content = Content(65_535 * 8);
        var network = new SimulatedNetwork(seed: 1);
        network.Run(content, 8, 1).Should().Be(TftpOutcome.Completed);
        network.DataPackets.Should().Be(65_536);
        network.Received.Length.Should().Be(content.Length);
    }

    [Fact]
    public void Whatever_a_network_loses_doubles_and_reorders_the_client_gets_the_file() =>
        Gen.Select(
            Gen.Int,
            Gen.Int[0, 60_000],
            Of(8, 512, 1468),
            Of(1, 2, 4, 16, 64),
            Gen.Double[0, 0.3],
            Gen.Double[0, 0.3],
            Of(0, 0.3, 5),
            Gen.Bool)
            .Sample((seed, length, blockSize, windowSize, loss, doubled, jitter, repeats) =>
            {
                var content = Content(length);
                var network = new SimulatedNetwork(seed, loss, doubled, jitter) { ClientRepeatsItself = repeats };
                var outcome = network.Run(content, blockSize, windowSize);

                // The address of the first answer may be forged, so it is repeated a few times only: then the client asks again.
                if (outcome == TftpOutcome.NeverAnswered) return network.ServerPackets <= 4;
                return (outcome == TftpOutcome.Completed || outcome == TftpOutcome.Unconfirmed)
                    && network.ClientIsContent
                    && network.Received.AsSpan().SequenceEqual(content);
            }, iter: 300);

    [Fact]
    public void Doubled_packets_do_not_make_a_lock_step_transfer_double_itself()
    {
        // The sorcerer's apprentice (RFC 1123 section 4.2.3.1): one doubled packet, and everything after it is sent twice.
        var content = Content(512 * 1000);
        var network = new SimulatedNetwork(seed: 5, doubled: 1);
        network.Run(content, 512, 1).Should().Be(TftpOutcome.Completed);
        network.DataPackets.Should().Be(1001);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Doubled_packets_cost_a_windowed_transfer_no_more_than_a_few_windows(bool clientRepeatsItself)
    {
        var content = Content(512 * 1000);
        var network = new SimulatedNetwork(seed: 5, doubled: 0.05) { ClientRepeatsItself = clientRepeatsItself };
        network.Run(content, 512, 8).Should().Be(TftpOutcome.Completed);
        network.DataPackets.Should().BeLessThan(2000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Loss_costs_round_trips_and_not_seconds(int windowSize)
    {
        var content = Content(1 << 20);
        var network = new SimulatedNetwork(seed: 3, loss: 0.05);
        network.Run(content, 1468, windowSize).Should().Be(TftpOutcome.Completed);
        network.Received.AsSpan().SequenceEqual(content).Should().BeTrue();
        network.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void An_answer_that_nobody_wanted_is_repeated_a_few_times_only()
    {
        var silent = new SimulatedNetwork(seed: 1, loss: 1);
        silent.Run(Content(1 << 20), 1468, 64).Should().Be(TftpOutcome.NeverAnswered);
        silent.ServerPackets.Should().BeLessThanOrEqualTo(4);

        silent = new SimulatedNetwork(seed: 1, loss: 1);
        silent.Run(Content(1 << 20), 512, 1, options: false).Should().Be(TftpOutcome.NeverAnswered);
        silent.DataPackets.Should().BeLessThanOrEqualTo(3);
    }

    [Fact]
    public void A_client_that_dies_is_given_up_after_half_a_minute()
    {
        var network = new SimulatedNetwork(seed: 1) { ClientDies = TimeSpan.FromMilliseconds(20) };
        network.Run(Content(1 << 20), 512, 1).Should().Be(TftpOutcome.WentSilent);
        network.Elapsed.Should().BeCloseTo(TimeSpan.FromSeconds(31), TimeSpan.FromSeconds(3));
    }

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static byte[] Content(int length)
    {
        var content = new byte[length];
        for (var i = 0; i < length; i++) content[i] = (byte)((i * 31) ^ (i >> 8));
        return content;
    }
}
