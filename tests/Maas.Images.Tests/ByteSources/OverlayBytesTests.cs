using CsCheck;
using Maas.Images.ByteSources;

namespace Maas.Images.Tests.ByteSources;

public sealed class OverlayBytesTests
{
    private const int Length = (3 * OverlayBytes.PageSize) + 5000;

    [Fact]
    public void Whatever_is_written_in_either_way_is_read_and_what_is_kept_back_does_not_reach_the_bytes_below() =>
        Gen.Select(Gen.Bool, Gen.Int[0, Length + 100_000], Gen.Int[1, 2 * OverlayBytes.PageSize], Gen.Byte).Array[1, 12].Sample(writes =>
    {
        using var below = new WritableMemory();
        below.Write(0, new byte[Length]);
        var overlay = new OverlayBytes(below, new WritableMemory()) { Unallocated = below };
        overlay.Grow(Length + 100_000);
        var (expected, mayChange) = (new byte[Length + 100_000], new bool[Length]);
        foreach (var (isUnused, offset, count, value) in writes)
        {
            var bytes = Enumerable.Repeat(value, Math.Min(count, expected.Length - offset)).ToArray();
            if (isUnused) overlay.WriteUnallocated(offset, bytes);
            else overlay.Write(offset, bytes);
            bytes.CopyTo(expected, offset);
            if (isUnused) for (var i = offset; i < Math.Min(offset + bytes.Length, Length); i++) mayChange[i] = true;
        }

        overlay.Read(0, expected.Length, "overlay").Should().Equal(expected);
        below.Length.Should().Be(Length, "it does not grow before the changes come through");
        var after = below.Read(0, Length, "below");
        Enumerable.Range(0, Length).All(i => mayChange[i] || after[i] == 0).Should().BeTrue();
    }, iter: 60);

    [Fact]
    public void Without_bytes_to_write_to_everything_is_kept_back()
    {
        using var below = new WritableMemory();
        below.Write(0, new byte[Length]);
        var overlay = new OverlayBytes(below, new WritableMemory());

        overlay.WriteUnallocated(10, new byte[] { 1, 2, 3 });

        overlay.HasWrittenUnused.Should().BeFalse();
        below.Read(0, Length, "below").Should().OnlyContain(octet => octet == 0);
        overlay.Read(10, 3, "overlay").Should().Equal(1, 2, 3);
    }
}
