using System.Text;

namespace Maas.Images.Formats.Fat;

/// <summary>Short names: 8 + 3 bytes of the PC's code page 437, with two flags for lower case that Windows NT added.</summary>
internal static class FatName
{
    private const string UpperHalf =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
        "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes) text.Append(value < 128 ? (char)value : UpperHalf[value - 128]);
        return text.ToString();
    }

    /// <summary>The name of a directory entry: <c>README.TXT</c>, in lower case where its flags (byte 12, bits 3 and 4) say so.</summary>
    public static string OfEntry(ReadOnlySpan<byte> entry)
    {
        var stem = Decode(entry[..8]).TrimEnd(' ');
        var extension = Decode(entry.Slice(8, 3)).TrimEnd(' ');
        if (entry[0] == 0x05) stem = $"\u03c3{stem[1..]}"; // E5 marks a deleted entry, so a name that begins with it is stored as 05
        if ((entry[12] & 0x08) != 0) stem = stem.ToLowerInvariant();
        if ((entry[12] & 0x10) != 0) extension = extension.ToLowerInvariant();
        return extension.Length == 0 ? stem : $"{stem}.{extension}";
    }

    /// <summary>What a long name's parts carry to show that they belong to this short name.</summary>
    public static byte Checksum(ReadOnlySpan<byte> shortName)
    {
        byte sum = 0;
        foreach (var value in shortName[..11]) sum = (byte)((sum >> 1 | sum << 7) + value);
        return sum;
    }
}
