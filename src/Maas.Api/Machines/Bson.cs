using System.Buffers.Binary;
using System.Text;

namespace Maas.Api.Machines;

/// <summary>As much of BSON as <c>op=details</c> needs: one document of byte strings and nulls.</summary>
/// <remarks>
/// <code>
/// document  int32 length (all of it), elements, 00
/// element   05 name 00 int32 length, 00 (generic), bytes
///           0A name 00
/// </code>
/// </remarks>
internal static class Bson
{
    public static ReadOnlyMemory<byte> Document(IEnumerable<(string Name, byte[]? Value)> elements)
    {
        using var buffer = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        buffer.Write(length); // filled in at the end
        foreach (var (name, value) in elements)
        {
            buffer.WriteByte(value is null ? (byte)0x0A : (byte)0x05);
            buffer.Write(Encoding.UTF8.GetBytes(name));
            buffer.WriteByte(0);
            if (value is null) continue;
            BinaryPrimitives.WriteInt32LittleEndian(length, value.Length);
            buffer.Write(length);
            buffer.WriteByte(0);
            buffer.Write(value);
        }

        buffer.WriteByte(0);
        var document = buffer.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(document, document.Length);
        return document;
    }
}
