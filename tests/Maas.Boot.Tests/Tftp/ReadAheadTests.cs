using CsCheck;
using Maas.Boot.Files;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

public class ReadAheadTests
{
    [Fact]
    public async Task Any_file_is_handed_out_block_by_block_however_slowly_it_is_read() =>
        await Gen.Select(Gen.Int[0, 50_000], Gen.Int[8, 1500], Gen.Int[1, 20], Gen.Int[0, 60_000], Gen.Bool)
            .SampleAsync(async (length, block, window, share, slow) =>
        {
            var content = Enumerable.Range(0, length).Select(i => (byte)((i * 13) ^ (i >> 8))).ToArray();
            var terms = new TftpNegotiatedOptions(block, window, length);
            using var filled = new SemaphoreSlim(0);
            using var ahead = new ReadAhead(
                new Slow(content, slow), terms, share, () => filled.Release(), TestContext.Current.CancellationToken);
            await ahead.OpenAsync();
            var received = new List<byte>();
            for (long first = 1; first <= terms.Blocks; first += window)
            {
                var from = (first - 1) * block;
                var to = Math.Min(from + (window * block), length);
                while (!ahead.Has(from, to)) await filled.WaitAsync(TestContext.Current.CancellationToken);
                for (var b = first; b < first + window && b <= terms.Blocks; b++) received.AddRange(ahead.Block((b - 1) * block).ToArray());
            }

            received.Should().Equal(content);
        }, iter: 60);

    [Fact]
    public async Task A_file_that_ends_early_is_a_failure_and_not_a_short_file()
    {
        using var ahead = new ReadAhead(
            new Slow(new byte[100], slow: false),
            new TftpNegotiatedOptions(512, 1, 200),
            1000,
            () => { },
            TestContext.Current.CancellationToken);
        await ahead.OpenAsync();
        ahead.Has(0, 200).Should().BeFalse();
        ahead.Failure.Should().BeOfType<IOException>();
    }

    private sealed class Slow(byte[] content, bool slow) : BootFile
    {
        public override long Length => content.Length;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            if (slow) await Task.Yield();
            var part = content.AsMemory((int)Math.Min(offset, content.Length));
            part = part[..Math.Min(part.Length, Math.Min(buffer.Length, 700))];
            part.CopyTo(buffer);
            return part.Length;
        }
    }
}
