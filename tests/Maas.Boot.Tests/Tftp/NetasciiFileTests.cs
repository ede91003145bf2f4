using CsCheck;
using Maas.Boot.Files;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

public class NetasciiFileTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a\nb", "a\r\nb")]
    [InlineData("a\rb", "a\r\0b")]
    [InlineData("\r\n", "\r\0\r\n")]
    [InlineData("\n\n", "\r\n\r\n")]
    public async Task Line_ends_are_those_of_the_network(string plain, string encoded)
    {
        using var file =
            await NetasciiFile.EncodeAsync(
                BootFile.FromBytes(System.Text.Encoding.ASCII.GetBytes(plain)), TestContext.Current.CancellationToken);
        file.Length.Should().Be(encoded.Length);
        var bytes = new byte[100];
        var count = await file.ReadAsync(bytes, 0, TestContext.Current.CancellationToken);
        System.Text.Encoding.ASCII.GetString(bytes, 0, count).Should().Be(encoded);
    }

    [Fact]
    public async Task Any_file_read_in_pieces_of_any_size_decodes_to_itself() =>
        await Gen.Select(Gen.Byte.Select(b => (byte)(b % 16)).Array[0, 40_000], Gen.Int[1, 3000]).SampleAsync(async (plain, piece) =>
        {
            using var file = await NetasciiFile.EncodeAsync(BootFile.FromBytes(plain), TestContext.Current.CancellationToken);
            var encoded = new List<byte>();
            var buffer = new byte[piece];
            for (int read; (read = await file.ReadAsync(buffer, encoded.Count, TestContext.Current.CancellationToken)) > 0;)
                encoded.AddRange(buffer[..read]);
            encoded.Count.Should().Be((int)file.Length);
            Decode(encoded).Should().Equal(plain);
        }, iter: 100);

    [Fact]
    public async Task Reading_may_step_back()
    {
        using var file =
            await NetasciiFile.EncodeAsync(BootFile.FromBytes("one\ntwo\nthree\n"u8.ToArray()), TestContext.Current.CancellationToken);
        var bytes = new byte[5];
        await file.ReadAsync(bytes, 5, TestContext.Current.CancellationToken);
        System.Text.Encoding.ASCII.GetString(bytes).Should().Be("two\r\n");
        await file.ReadAsync(bytes, 0, TestContext.Current.CancellationToken);
        System.Text.Encoding.ASCII.GetString(bytes).Should().Be("one\r\n");
    }

    private static List<byte> Decode(List<byte> encoded)
    {
        var plain = new List<byte>();
        for (var i = 0; i < encoded.Count; i++)
        {
            if (encoded[i] == '\r') plain.Add(encoded[++i] == 0 ? (byte)'\r' : (byte)'\n');
            else plain.Add(encoded[i]);
        }

        return plain;
    }

    [Fact]
    public async Task A_file_is_read_once_for_its_length_and_again_when_it_has_changed()
    {
        var lengths = new NetasciiLengths();
        var reads = 0;
        for (var request = 0; request < 5; request++)
        {
            using var file =
                await NetasciiFile.EncodeAsync(new Counted("one", () => reads++), "file", lengths, TestContext.Current.CancellationToken);
            file.Length.Should().Be(6);
        }

        reads.Should().Be(1, "a request may come from a forged address");
        using var changed =
            await NetasciiFile.EncodeAsync(new Counted("two", () => reads++), "file", lengths, TestContext.Current.CancellationToken);
        reads.Should().Be(2);
    }

    private sealed class Counted(string version, Action read) : BootFile
    {
        public override long Length => 4;

        public override string EntityTag => version;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            read();
            "a\nb\n"u8.CopyTo(buffer.Span);
            return new(4);
        }
    }
}
