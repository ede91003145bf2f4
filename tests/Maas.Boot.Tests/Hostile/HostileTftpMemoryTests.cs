using Maas.Boot.Tests.Tftp;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Hostile;

/// <summary>Requests that cost the server, or a third party whose address was forged, more than they cost the sender.</summary>
public class HostileTftpMemoryTests
{
    [Theory]
    [InlineData("CVE-2009-2957", 900)]
    [InlineData("CVE-2009-2957", 512)]
    public async Task A_name_longer_than_any_buffer_is_refused_in_a_short_answer(string advisory, int length)
    {
        // dnsmasq 2009: a long name ran over a heap buffer.
        await using var server = new ServerUnderTest();
        using var client = new RawClient(server.EndPoint);
        client.AskRead(new string('a', length));
        var answer = await client.ReceiveAsync();
        answer.Length.Should().BeLessThanOrEqualTo(length, advisory).And.BeLessThan(600);
        answer[1].Should().Be(5);
    }

    [Theory]
    [InlineData("CVE-2009-2958", "blksize")]
    [InlineData("CVE-2009-2958", "blksize\0")]
    [InlineData("CVE-2009-2958", "blksize\0\0")]
    [InlineData("CVE-2009-2958", "\0\0\0")]
    [InlineData("CVE-2009-2958", "tsize\0-1\0")]
    [InlineData("CVE-2009-2958", "blksize\00\0")]
    [InlineData("CVE-2009-2958", "windowsize\00\0")]
    [InlineData("CVE-2009-2958", "timeout\00\0")]
    public async Task An_option_without_a_value_or_a_sense_is_passed_over(string advisory, string options)
    {
        // dnsmasq 2009: an option without its value was a null pointer.
        await using var server = new ServerUnderTest();
        server.Add("file", 1);
        using var client = new RawClient(server.EndPoint);
        client.AskRead("file", options);
        (await client.ReceiveAsync()).Should().HaveCount(5, advisory);
    }

    [Theory]
    [InlineData("blksize\065464\0windowsize\065535\0")]
    [InlineData("blksize\08\0windowsize\065535\0")]
    [InlineData("blksize\099999999999\0windowsize\099999999999\0")]
    public void The_window_granted_stays_within_its_budget(string options)
    {
        TftpRequest.TryParse(System.Text.Encoding.Latin1.GetBytes($"\0\u0001file\0octet\0{options}"), out var request, out _)
            .Should()
            .BeTrue();
        var limits = new TftpServerOptions();
        var terms = TftpNegotiatedOptions.Agree(request!, 1L << 40, limits, mtuBlockSize: 1468);
        terms.BlockSize.Should().BeLessThanOrEqualTo(1468);
        ((long)terms.BlockSize * terms.WindowSize).Should().BeLessThanOrEqualTo(limits.MaxWindowBytes);
        terms.WindowSize.Should().BeLessThanOrEqualTo(limits.MaxWindowSize);
    }

    [Fact]
    public void To_a_forged_sender_go_four_small_packets_and_no_data()
    {
        // A request with options earns OACKs until it is acknowledged: nobody forges that without seeing them.
        var transfer = new TftpTransfer(
            new TftpNegotiatedOptions(1468, 64, 1 << 20) { OptionAcknowledgement = new byte[40] }, TimeSpan.FromSeconds(30));
        Sent(transfer).Should().Equal(Enumerable.Repeat(TftpStepKind.Options, 4));
        transfer.Outcome.Should().Be(TftpOutcome.NeverAnswered);
    }

    [Fact]
    public void To_a_forged_sender_without_options_go_three_blocks_of_the_smallest_size()
    {
        var transfer = new TftpTransfer(
            new TftpNegotiatedOptions(TftpNegotiatedOptions.DefaultBlockSize, 1, 1 << 20), TimeSpan.FromSeconds(30));
        Sent(transfer).Should().Equal(Enumerable.Repeat(TftpStepKind.Blocks, 3));
    }

    [Fact]
    public void A_request_repeated_by_the_thousand_earns_no_more()
    {
        var transfer = new TftpTransfer(
            new TftpNegotiatedOptions(1468, 64, 1 << 20) { OptionAcknowledgement = new byte[40] }, TimeSpan.FromSeconds(30));
        transfer.Start();
        transfer.Sent(TimeSpan.Zero);
        var sent = 1;
        for (var i = 1; i <= 5000; i++)
        {
            var now = TimeSpan.FromMilliseconds(i * 10);
            if (transfer.RequestRepeated(now).Kind is TftpStepKind.Nothing or TftpStepKind.Done) continue;
            sent++;
            transfer.Sent(now);
        }

        sent.Should().BeLessThanOrEqualTo(4);
    }

    [Fact]
    public async Task A_flood_of_requests_beyond_a_bound_is_told_to_the_observer_once()
    {
        await using var server = new ServerUnderTest(new TftpServerOptions { MaxTransfers = 1 });
        server.Add("file", 5000);
        using var first = new RawClient(server.EndPoint);
        using var second = new RawClient(server.EndPoint);
        first.AskRead("file");
        await first.ReceiveAsync();
        first.Acknowledge(1);
        await first.ReceiveAsync();
        for (var i = 0; i < 100; i++) second.AskRead("file");
        second.Ask("\0\u0001file\0mail\0");
        await second.ReceiveAsync(); // all before it have been looked at
        server.Limits.Should().ContainSingle().Which.Limit.Should().Be("TFTP: 1 transfers are running");
    }

    private static List<TftpStepKind> Sent(TftpTransfer transfer)
    {
        var sent = new List<TftpStepKind> { transfer.Start().Kind };
        transfer.Sent(TimeSpan.Zero);
        while (transfer.Outcome is null)
        {
            var now = transfer.Deadline;
            var step = transfer.Expire(now);
            if (step.Kind == TftpStepKind.Done) break;
            sent.Add(step.Kind);
            transfer.Sent(now);
        }

        return sent;
    }
}
