using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

public class HotPathTests
{
    [Fact]
    public void A_transfer_allocates_nothing_per_packet()
    {
        var transfer = new TftpTransfer(
            new TftpNegotiatedOptions(1468, 8, 1L << 30) { OptionAcknowledgement = new byte[] { 0, 6 } }, TimeSpan.FromSeconds(30));
        transfer.Start();
        var last = Run(transfer, from: 0, to: 8_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(transfer, last, to: 408_000);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100);
        transfer.BytesDelivered.Should().BeGreaterThan(400_000L * 1468);
    }

    private static long Run(TftpTransfer transfer, long from, long to)
    {
        Span<byte> packet = [0, 4, 0, 0];
        var now = TimeSpan.Zero;
        var last = from;
        while (last < to)
        {
            now += TimeSpan.FromMilliseconds(1);
            packet[2] = (byte)(last >> 8);
            packet[3] = (byte)last;
            var step = transfer.Receive(packet, now);
            transfer.Sent(now);
            if (step.Kind != TftpStepKind.Blocks) throw new InvalidOperationException("Each acknowledgement here is for a whole window.");
            last = step.FirstBlock + step.Count - 1;
        }

        return last;
    }
}
