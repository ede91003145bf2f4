using CsCheck;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Tests.Primitives;

public sealed class PrefetchTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];

    [Fact]
    public async Task Pieces_come_in_order_and_whole() =>
        await Gen.Select(Gen.Int[0, 1000], Gen.Int[1, 300]).SampleAsync(async (length, pieceSize) =>
        {
            var got = new List<byte>();
            await Prefetch.ForEachAsync(Reader(length), pieceSize, piece =>
            {
                got.AddRange(piece.Span);
                return ValueTask.CompletedTask;
            }, TestContext.Current.CancellationToken);
            got.Should().Equal(Content.Take(length));
        }, iter: 200);

    [Fact]
    public async Task What_goes_wrong_with_a_piece_is_told_after_the_reading_has_ended()
    {
        var (begun, ended) = (0, 0);
        var all = Reader(1000);

        var going = () => Prefetch.ForEachAsync((at, room) =>
        {
            Interlocked.Increment(ref begun);
            var read = all(at, room);
            Interlocked.Increment(ref ended);
            return read;
        }, 100, _ => throw new IOException("The disk is full."), TestContext.Current.CancellationToken);

        await going.Should().ThrowAsync<IOException>().WithMessage("The disk is full.");
        ended.Should().Be(begun);
    }

    [Fact]
    public async Task A_stream_is_copied_from_where_it_stands_and_stands_at_its_end_then()
    {
        using var stream = new MemoryBytes(Content).OpenStream();
        stream.Position = 300;
        using var copy = new MemoryStream();

        await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);

        copy.ToArray().Should().Equal(Content[300..]);
        stream.Position.Should().Be(1000);
    }

    private static Func<long, Memory<byte>, int> Reader(int length) => (at, room) =>
    {
        var part = Content.AsSpan((int)at, (int)Math.Min(room.Length, length - at));
        part.CopyTo(room.Span);
        return part.Length;
    };
}
