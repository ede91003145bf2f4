using CsCheck;
using Maas.Images.ByteSources;

namespace Maas.Images.Tests.ByteSources;

public sealed class UnpackedBlocksTests
{
    private const int BlockSize = 1000;

    [Fact]
    public void Any_parts_read_by_several_threads_are_those_of_the_blocks() =>
        Gen.Select(Gen.Int[1, 4], Gen.Select(Gen.Int[0, 9], Gen.Int[0, BlockSize], Gen.Int[0, BlockSize]).Array[1, 200])
            .Sample((capacity, reads) =>
        {
            var blocks = new UnpackedBlocks(capacity, BlockSize, Unpack);
            Parallel.ForEach(reads, read =>
            {
                var (key, within, length) = read;
                var part = new byte[length];
                blocks.TryRead(key, within, part).Should().Be(within + length <= LengthOf(key));
                if (within + length <= LengthOf(key)) part.Should().Equal(Enumerable.Range(within, length).Select(at => ByteAt(key, at)));
            });
        }, iter: 100);

    [Fact]
    public void Threads_that_want_the_same_block_wait_for_the_one_that_unpacks_it()
    {
        var unpacked = 0;
        var blocks = new UnpackedBlocks(2, BlockSize, (key, room) =>
        {
            Interlocked.Increment(ref unpacked);
            return Unpack(key, room);
        });

        Parallel.For(0, 100, i => blocks.TryRead(7, i, new byte[10]).Should().BeTrue());

        unpacked.Should().Be(1);
    }

    [Fact]
    public void A_block_that_could_not_be_unpacked_is_tried_again()
    {
        var isDamaged = true;
        var blocks = new UnpackedBlocks(
            1, BlockSize, (key, room) => isDamaged ? throw new InvalidImageException("block", "it is damaged") : Unpack(key, room));

        FluentActions.Invoking(() => blocks.TryRead(1, 0, new byte[10])).Should().Throw<InvalidImageException>();
        isDamaged = false;

        blocks.TryRead(1, 0, new byte[10]).Should().BeTrue();
    }

    private static int LengthOf(long key) => BlockSize - ((int)key * 50);

    private static byte ByteAt(long key, int at) => (byte)((key * 31) + at);

    private static int Unpack(long key, Memory<byte> room)
    {
        for (var at = 0; at < LengthOf(key); at++) room.Span[at] = ByteAt(key, at);
        return LengthOf(key);
    }
}
