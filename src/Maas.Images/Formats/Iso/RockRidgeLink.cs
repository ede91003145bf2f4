using System.Buffers;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// A symbolic link's target, gathered from SL fields: components of
/// <code>0 flags (01 goes on in the next, 02 ".", 04 "..", 08 "/")  1 length  2 text</code>
/// genisoimage cuts a component where a field ends and goes on in the next without saying so; so the fields are
/// read as one run of components.
/// </summary>
internal sealed class RockRidgeLink
{
    private readonly ArrayBufferWriter<byte> _components = new();
    private long? _offset;

    public string? Target => _offset is { } offset ? FileName.Decode(Join(_components.WrittenSpan, offset)) : null;

    public void Add(ReadOnlySpan<byte> field, long offset)
    {
        _offset ??= offset;
        RockRidge.Append(_components, field[Math.Min(5, field.Length)..], offset);
    }

    private static ReadOnlySpan<byte> Join(ReadOnlySpan<byte> rest, long offset)
    {
        var target = new ArrayBufferWriter<byte>();
        for (var goesOn = false; rest.Length >= 2;)
        {
            int length = rest[1];
            if (2 + length > rest.Length)
                throw new InvalidImageException("Rock Ridge SL field", "a component is longer than the field", offset);
            if (!goesOn && target.WrittenSpan is [.., not (byte)'/']) target.Write("/"u8);
            target.Write((rest[0] & 0x0E) switch
            {
                0x02 => "."u8,
                0x04 => ".."u8,
                0x08 => "/"u8,
                _ => rest.Slice(2, length),
            });
            goesOn = (rest[0] & 0x01) != 0;
            rest = rest[(2 + length)..];
        }

        return target.WrittenSpan;
    }
}
