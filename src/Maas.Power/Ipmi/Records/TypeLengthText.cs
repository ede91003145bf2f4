using System.Text;
using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi.Records;

/// <summary>Text behind a byte that has its encoding and length (IPMI 2.0 section 43.15; FRU specification 13).</summary>
internal static class TypeLengthText
{
    /// <summary>The byte that ends a FRU area.</summary>
    public const byte End = 0xc1;

    private const string BcdPlus = "0123456789 -.:,_";

    /// <summary>Reads the byte and the text; null for the end of an area.</summary>
    public static string? Read(ref IpmiReader reader)
    {
        var typeLength = reader.ReadByte();
        if (reader.Failed || typeLength == End) return null;
        var bytes = reader.ReadSpan(typeLength & 0x3f);
        return reader.Failed ? null : Decode(typeLength >> 6, bytes);
    }

    private static string Decode(int encoding, ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        switch (encoding)
        {
            case 0:
                return Convert.ToHexStringLower(bytes);
            case 1:
                foreach (var value in bytes) text.Append(BcdPlus[value >> 4]).Append(BcdPlus[value & 0x0f]);
                break;
            case 2:
                for (var bit = 0; bit + 6 <= bytes.Length * 8; bit += 6)
                {
                    var pair = bytes[bit / 8] | (bit / 8 + 1 < bytes.Length ? bytes[(bit / 8) + 1] << 8 : 0);
                    text.Append((char)(' ' + (pair >> (bit % 8) & 0x3f)));
                }

                break;
            default:
                return LogText.From(Encoding.Latin1.GetString(bytes).TrimEnd('\0'));
        }

        return text.ToString().Trim();
    }
}
