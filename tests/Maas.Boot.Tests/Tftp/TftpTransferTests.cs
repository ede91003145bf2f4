using Maas.Boot.Tftp;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Tftp;

public class TftpTransferTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly long _epoch;

    public TftpTransferTests() => _epoch = _time.GetTimestamp();

    private TimeSpan Now => _time.GetElapsedTime(_epoch);

    [Fact]
    public void Without_options_the_first_block_is_the_answer()
    {
        var transfer = Transfer(length: 1000, options: false);
        transfer.Start().Should().Be(TftpStep.SendBlocks(1, 1));
        transfer.Sent(Now);
        Acknowledge(transfer, 1).Should().Be(TftpStep.SendBlocks(2, 1));
        transfer.Sent(Now);
        Acknowledge(transfer, 2).Should().Be(TftpStep.Done);
        transfer.Outcome.Should().Be(TftpOutcome.Completed);
        transfer.BytesDelivered.Should().Be(1000);
    }

    [Fact]
    public void No_data_leaves_before_the_options_are_acknowledged()
    {
        var transfer = Started(windowSize: 8);
        Acknowledge(transfer, 1).Should().Be(TftpStep.Nothing);
        Acknowledge(transfer, 0).Should().Be(TftpStep.SendBlocks(1, 8));
    }

    [Fact]
    public void A_window_is_sent_at_once_and_the_last_one_is_shorter()
    {
        var transfer = Started(windowSize: 4, length: 512 * 6);
        Acknowledge(transfer, 0).Should().Be(TftpStep.SendBlocks(1, 4));
        transfer.Sent(Now);
        Acknowledge(transfer, 4).Should().Be(TftpStep.SendBlocks(5, 3));
    }

    [Fact]
    public void An_acknowledgement_inside_the_window_makes_it_start_after_that_block()
    {
        var transfer = Started(windowSize: 4, length: 512 * 20);
        Acknowledge(transfer, 0);
        transfer.Sent(Now);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Acknowledge(transfer, 2).Should().Be(TftpStep.SendBlocks(3, 4));
        transfer.Sent(Now);
        Acknowledge(transfer, 2).Should().Be(TftpStep.Nothing, "the blocks beyond the gap may each say so");
    }

    [Fact]
    public void When_the_client_had_the_rest_after_all_only_new_blocks_follow()
    {
        var transfer = Started(windowSize: 8, length: 512 * 50);
        Acknowledge(transfer, 0);
        transfer.Sent(Now);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Acknowledge(transfer, 3).Should().Be(TftpStep.SendBlocks(4, 8));
        transfer.Sent(Now);
        Acknowledge(transfer, 6).Should().Be(TftpStep.Nothing, "it cannot be about what left this moment");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Acknowledge(transfer, 8).Should().Be(TftpStep.SendBlocks(12, 5), "8 was sent before the repetition, and 11 is the last sent");
        transfer.Sent(Now);
        Acknowledge(transfer, 16).Should().Be(TftpStep.SendBlocks(17, 8));
    }

    [Fact]
    public void A_repeated_acknowledgement_sends_nothing_in_lock_step()
    {
        var transfer = Started(windowSize: 1);
        Acknowledge(transfer, 0);
        transfer.Sent(Now);
        Acknowledge(transfer, 0).Should().Be(TftpStep.Nothing);
        Acknowledge(transfer, 1).Should().Be(TftpStep.SendBlocks(2, 1));
        transfer.Sent(Now);
        Acknowledge(transfer, 1).Should().Be(TftpStep.Nothing);
        Acknowledge(transfer, 0).Should().Be(TftpStep.Nothing);
    }

    [Fact]
    public void With_a_window_a_repeated_acknowledgement_resends_it_once()
    {
        var transfer = Started(windowSize: 4, length: 512 * 20);
        Acknowledge(transfer, 0);
        transfer.Sent(Now);
        Acknowledge(transfer, 4);
        transfer.Sent(Now);
        _time.Advance(TimeSpan.FromMilliseconds(5));
        Acknowledge(transfer, 4).Should().Be(TftpStep.SendBlocks(5, 4), "its first block may be lost");
        transfer.Sent(Now);
        _time.Advance(TimeSpan.FromMilliseconds(5));
        Acknowledge(transfer, 4).Should().Be(TftpStep.Nothing);
        Acknowledge(transfer, 8).Should().Be(TftpStep.SendBlocks(9, 4));
        transfer.Sent(Now);
        _time.Advance(TimeSpan.FromMilliseconds(5));
        Acknowledge(transfer, 8).Should().Be(TftpStep.Nothing, "the window before was sent twice and is acknowledged twice");
    }

    [Fact]
    public void An_acknowledgement_of_a_block_never_sent_is_nothing()
    {
        var transfer = Started(windowSize: 4, length: 512 * 20);
        Acknowledge(transfer, 0);
        transfer.Sent(Now);
        foreach (var block in (ushort[])[5, 6, 1000, 40_000, 65_535]) Acknowledge(transfer, block).Should().Be(TftpStep.Nothing);
    }

    [Fact]
    public void What_was_lost_is_sent_again_ever_more_slowly()
    {
        var transfer = Started(windowSize: 1);
        Acknowledge(transfer, 0);
        transfer.Sent(Now);
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 6; i++)
        {
            waits.Add(transfer.Deadline - Now);
            _time.Advance(transfer.Deadline - Now);
            transfer.Expire(Now).Should().Be(TftpStep.SendBlocks(1, 1));
            transfer.Sent(Now);
        }

        waits.Should().BeInAscendingOrder();
        waits[^1].Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(4));
        Acknowledge(transfer, 1).Should().Be(TftpStep.SendBlocks(2, 1));
        transfer.Repeats.Should().Be(6);
    }

    [Fact]
    public void The_timeout_asked_for_is_what_is_waited()
    {
        var transfer = new TftpTransfer(
            new TftpNegotiatedOptions(512, 1, 5000) { OptionAcknowledgement = new byte[] { 0, 6 }, Timeout = TimeSpan.FromSeconds(3) },
            TimeSpan.FromSeconds(30));
        transfer.Start();
        transfer.Sent(Now);
        for (var i = 0; i < 3; i++)
        {
            (transfer.Deadline - Now).Should().Be(TimeSpan.FromSeconds(3));
            _time.Advance(TimeSpan.FromSeconds(3));
            transfer.Expire(Now);
            transfer.Sent(Now);
        }
    }

    [Fact]
    public void Nothing_expires_before_its_time()
    {
        var transfer = Started(windowSize: 1);
        transfer.Expire(transfer.Deadline - TimeSpan.FromTicks(1)).Should().Be(TftpStep.Nothing);
    }

    [Fact]
    public void While_the_file_is_being_read_no_time_runs_out()
    {
        var transfer = Started(windowSize: 1);
        Acknowledge(transfer, 0);
        transfer.Deadline.Should().Be(TimeSpan.MaxValue, "the shell has not sent the block yet");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void To_ask_only_for_the_size_is_what_OVMF_does_and_no_failure(ushort code)
    {
        var transfer = Started(windowSize: 1, asksSize: true);
        transfer.Receive([0, 5, 0, (byte)code, .. "User aborted the transfer"u8, 0], Now).Should().Be(TftpStep.Done);
        transfer.Outcome.Should().Be(TftpOutcome.SizeAsked);
    }

    [Fact]
    public void An_abort_in_the_middle_says_what_the_client_said()
    {
        var transfer = Started(windowSize: 1, asksSize: true);
        Acknowledge(transfer, 0);
        transfer.Receive([0, 5, 0, 3, .. "disk \x1b[2Jfull"u8], Now).Should().Be(TftpStep.Done);
        transfer.Outcome!.Words.Should().Be("aborted by the client: error 3 disk ?[2Jfull");
        transfer.Outcome.Error.Should().BeNull("an error is never answered by an error");
    }

    [Fact]
    public void A_repeated_request_repeats_the_first_answer_but_not_more_often_than_the_limit()
    {
        var transfer = Started(windowSize: 1);
        transfer.RequestRepeated(Now).Should().Be(TftpStep.Nothing, "it crossed the answer");
        var sent = 1;
        for (var i = 0; i < 20 && transfer.Outcome is null; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(300));
            if (transfer.RequestRepeated(Now).Kind != TftpStepKind.Options) continue;
            sent++;
            transfer.Sent(Now);
        }

        sent.Should().BeLessThanOrEqualTo(4);
        transfer.Outcome.Should().Be(TftpOutcome.NeverAnswered);
    }

    [Fact]
    public void A_request_that_comes_again_is_a_late_copy_until_the_client_has_been_silent_for_a_second()
    {
        var transfer = Started(windowSize: 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        transfer.Expire(Now).Kind.Should().Be(TftpStepKind.Options, "the first answer was lost");
        transfer.Sent(Now);
        Acknowledge(transfer, 0).Kind.Should().Be(TftpStepKind.Blocks);
        transfer.IsLateCopy(Now).Should().BeTrue("the client repeated its request just before it heard the repeated answer");
        transfer.RequestRepeated(Now).Should().Be(TftpStep.Nothing);

        _time.Advance(TimeSpan.FromSeconds(1));
        transfer.IsLateCopy(Now).Should().BeFalse("a machine that was reset asks for the same file from the same port");
    }

    [Fact]
    public void Rubbish_from_the_client_is_nothing()
    {
        var transfer = Started(windowSize: 4);
        foreach (var rubbish in (byte[][])[[], [0], [0, 4], [0, 4, 0], [0, 3, 0, 1, 9], [0, 1, 97, 0], [9, 9, 9, 9], [0, 5], [0, 5, 0]])
            transfer.Receive(rubbish, Now).Should().Be(TftpStep.Nothing);
        Acknowledge(transfer, 0).Kind.Should().Be(TftpStepKind.Blocks);
    }

    [Fact]
    public void After_the_end_everything_is_done()
    {
        var transfer = Started(windowSize: 1);
        transfer.End(TftpOutcome.Stopped);
        transfer.Receive([0, 4, 0, 0], Now).Should().Be(TftpStep.Done);
        transfer.Expire(TimeSpan.FromHours(1)).Should().Be(TftpStep.Done);
        transfer.End(TftpOutcome.Completed);
        transfer.Outcome.Should().Be(TftpOutcome.Stopped);
    }

    private TftpTransfer Started(int windowSize, long length = 100_000, bool asksSize = false)
    {
        var transfer = Transfer(windowSize, length, asksSize: asksSize);
        transfer.Start().Should().Be(TftpStep.Options);
        transfer.Sent(Now);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        return transfer;
    }

    private static TftpTransfer Transfer(int windowSize = 1, long length = 100_000, bool options = true, bool asksSize = false) =>
        new(
            new TftpNegotiatedOptions(512, windowSize, length)
            {
                OptionAcknowledgement = options ? new byte[] { 0, 6 } : default,
                TellsSize = asksSize
            },
            TimeSpan.FromSeconds(30));

    private TftpStep Acknowledge(TftpTransfer transfer, ushort block) => transfer.Receive([0, 4, (byte)(block >> 8), (byte)block], Now);
}
