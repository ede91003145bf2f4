namespace Maas.Images.Formats.Vhd;

/// <summary>The one's complement of the sum of a structure's bytes, without the four of the checksum itself.</summary>
internal static class VhdChecksum
{
    public static uint Of(ReadOnlySpan<byte> structure, int checksumAt)
    {
        uint sum = 0;
        for (var i = 0; i < structure.Length; i++)
            if (i < checksumAt || i >= checksumAt + 4) sum += structure[i];
        return ~sum;
    }
}
