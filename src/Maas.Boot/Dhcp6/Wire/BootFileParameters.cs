using System.Text;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Wire;

/// <summary>The boot file's parameters (option 60, RFC 5970 section 3.2): each a length (2) and UTF-8 text without a NUL.</summary>
internal static class BootFileParameters
{
    public static byte[] ToArray(IEnumerable<string> parameters) =>
        [.. parameters.Select(Encoding.UTF8.GetBytes).SelectMany(p => (byte[])[(byte)(p.Length >> 8), (byte)p.Length, .. p])];

    /// <returns><see langword="false"/> when a length leads out of the value.</returns>
    public static bool TryParse(ReadOnlySpan<byte> value, out IReadOnlyList<string> parameters)
    {
        var read = new List<string>();
        parameters = read;
        var reader = new WireReader(value);
        while (reader.Remaining > 0)
        {
            var text = reader.ReadSpan(reader.ReadUInt16());
            if (reader.Failed) return false;
            read.Add(Encoding.UTF8.GetString(text));
        }

        return true;
    }
}
