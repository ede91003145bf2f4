using System.Buffers.Binary;
using Maas.Judges;

namespace Maas.Fuzz.Tests.Images;

/// <summary>
/// A real image that is changed in place and put back, so that one of megabytes costs no more than what is changed in it. The fuzzer's
/// input is the list of changes, eight octets each:
/// <code>
/// 0 bits 0-2 what, bit 7 whether the place counts all octets or only those in use   1 place, 24 bits   4 value, 32 bits
/// </code>
/// In use are octets other than zero, and those around them: most of an image is empty, and a change there is no change.
/// </summary>
internal sealed class SampleImage
{
    public const int ChangeLength = 8;

    private const int Around = 4;

    private static readonly byte[] s_zeros = new byte[256];

    private readonly byte[] _pristine;
    private readonly byte[] _bytes;
    private readonly int[] _used;
    private readonly Action<SampleImage>? _seal;
    private readonly List<(int At, int Length)> _touched = [];
    private int _length;

    private SampleImage(byte[] image, Action<SampleImage>? seal)
    {
        (_pristine, _bytes, _seal, _length) = (image, [.. image], seal, image.Length);
        _used = [.. InUse(image)];
    }

    /// <summary>The image as it is now.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    /// <summary>Opens one of those in <c>Samples</c>.</summary>
    /// <param name="name">Its name there.</param>
    /// <param name="seal">Makes its checksums right again after a change: they keep out chance, not malice.</param>
    public static SampleImage Read(string name, Action<SampleImage>? seal = null)
    {
        using var packed = new ZstdSharp.DecompressionStream(
            File.OpenRead(Repository.PathOf($"tests/Maas.Fuzz.Tests/Images/Samples/{name}.zst")), leaveOpen: false);
        using var image = new MemoryStream();
        packed.CopyTo(image);
        return new SampleImage(image.ToArray(), seal);
    }

    /// <summary>Changes the image.</summary>
    public void Change(ReadOnlySpan<byte> changes)
    {
        for (; changes.Length >= ChangeLength; changes = changes[ChangeLength..]) ChangeOnce(changes[..ChangeLength]);
        _seal?.Invoke(this);
    }

    /// <summary>Puts back what was changed.</summary>
    public void Restore()
    {
        foreach (var (at, length) in _touched) _pristine.AsSpan(at, length).CopyTo(_bytes.AsSpan(at));
        _touched.Clear();
        _length = _pristine.Length;
    }

    /// <summary>Writes what is in the image; the rest is not written.</summary>
    public void Write(int at, ReadOnlySpan<byte> bytes)
    {
        if (at < 0 || at >= _length) return;
        bytes = bytes[..Math.Min(bytes.Length, _length - at)];
        bytes.CopyTo(_bytes.AsSpan(at));
        _touched.Add((at, bytes.Length));
    }

    private void ChangeOnce(ReadOnlySpan<byte> change)
    {
        var (what, place) = (change[0], change[1] | (change[2] << 8) | (change[3] << 16));
        var value = change[4..];
        var at = (what & 0x80) != 0 || _used.Length == 0 ? (int)((long)place * _pristine.Length >> 24) : _used[place % _used.Length];
        Span<byte> wide = stackalloc byte[8];
        switch (what & 7)
        {
            case 0 or 1:
                Write(at, value[..1]);
                break;
            case 2:
                Write(at, value[..2]);
                break;
            case 3:
                Write(at, value);
                break;
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(wide, BinaryPrimitives.ReadUInt32LittleEndian(value));
                Write(at, wide[..4]);
                break;
            case 5:
                BinaryPrimitives.WriteInt64LittleEndian(wide, BinaryPrimitives.ReadInt32LittleEndian(value));
                Write(at, wide);
                break;
            case 6:
                var from = _used.Length == 0 ? 0 : _used[BinaryPrimitives.ReadUInt16LittleEndian(value) % _used.Length];
                Write(at, _pristine.AsSpan(from, Math.Min(value[2] + 1, _pristine.Length - from)));
                break;
            default:
                if (value[3] < 16) _length = Math.Min(_length, at); // cut short, but not often
                else Write(at, s_zeros.AsSpan(0, value[0] + 1));
                break;
        }
    }

    private static IEnumerable<int> InUse(byte[] image)
    {
        var last = int.MinValue / 2;
        for (int at = 0, next = Next(image, 0); at < image.Length && (next < image.Length || at - last <= Around); at++)
        {
            if (at > next) next = Next(image, at);
            if (at == next) last = at;
            if (next - at <= Around || at - last <= Around) yield return at;
            else at = next - Around - 1;
        }
    }

    private static int Next(byte[] image, int from) =>
        image.AsSpan(from).IndexOfAnyExcept((byte)0) is >= 0 and var at ? from + at : int.MaxValue / 2;
}
