using System.Globalization;
using System.Text;
using Maas.Images.ByteSources;

namespace Maas.Images.ArchiveTrees;

/// <summary>
/// Files with holes, in GNU tar's forms: the old one (kind S: pairs of offset and length in the header at 386, more in
/// blocks that follow, real length at 483), pax 0.x (the map in a header) and pax 1.0 (the map as lines of decimal numbers
/// before the data, padded to 512 bytes).
/// </summary>
internal static class TarSparse
{
    private const int BlockSize = 512;
    private const int MostPieces = 1 << 20;
    private const string Structure = "tar sparse map";

    /// <summary>The blocks of an old map between the header and the data.</summary>
    public static long ExtraHeaders(RandomAccessSource bytes, long data, ReadOnlySpan<byte> header)
    {
        if (header[482] == 0) return 0;
        for (var count = 0L; count < MostPieces / 21; count++)
            if (bytes.Read(data + (count * BlockSize), BlockSize, Structure)[504] == 0) return count + 1;
        throw new InvalidImageException(Structure, "it does not end", data);
    }

    /// <param name="bytes">The archive.</param>
    /// <param name="header">The file's header.</param>
    /// <param name="type">Its kind.</param>
    /// <param name="extensions">What pax headers said about it.</param>
    /// <param name="data">Where its data begins.</param>
    /// <param name="size">Bytes of data.</param>
    /// <param name="extra">Blocks of an old map right before the data.</param>
    public static RandomAccessSource Content(
        RandomAccessSource bytes,
        ReadOnlySpan<byte> header,
        char type,
        TarExtensions extensions,
        long data,
        long size,
        long extra)
    {
        if (type == 'S') return Sparse(bytes, OldMap(bytes, header, data, extra), Octal(header.Slice(483, 12), data), data, size);
        if (extensions.SparseLength is not { } length) return bytes.Slice(data, size);
        if (!extensions.HasMapInData) return Sparse(bytes, extensions.SparseMap, length, data, size);
        var (map, used) = MapInData(bytes.Slice(data, size), data);
        return Sparse(bytes, map, length, data + used, size - used);
    }

    private static ExtentBytes Sparse(RandomAccessSource bytes, List<long> map, long length, long data, long size)
    {
        if (map.Count % 2 != 0 || length < 0) throw new InvalidImageException(Structure, "it is damaged", data);
        var extents = new List<Extent>(map.Count / 2);
        long source = 0;
        for (var i = 0; i < map.Count; i += 2)
        {
            var (start, count) = (map[i], map[i + 1]);
            if (start < 0 || count < 0 || count > size - source || start > length - count)
                throw new InvalidImageException(Structure, "a piece lies outside the file", data);
            if (count > 0) extents.Add(new Extent(start, count, data + source));
            source += count;
        }

        return new ExtentBytes(bytes, extents, length, Structure);
    }

    private static List<long> OldMap(RandomAccessSource bytes, ReadOnlySpan<byte> header, long data, long extra)
    {
        var map = new List<long>();
        AddPairs(map, header.Slice(386, 4 * 24), data);
        for (var i = extra; i > 0; i--) AddPairs(map, bytes.Read(data - (i * BlockSize), 21 * 24, Structure), data);
        return map;
    }

    private static void AddPairs(List<long> map, ReadOnlySpan<byte> pairs, long offset)
    {
        for (; pairs.Length >= 24 && pairs[0] != 0; pairs = pairs[24..])
        {
            map.Add(Octal(pairs[..12], offset));
            map.Add(Octal(pairs.Slice(12, 12), offset));
        }
    }

    private static (List<long> Map, long Used) MapInData(RandomAccessSource content, long offset)
    {
        var numbers = new List<long>();
        var line = new StringBuilder();
        for (long at = 0; ; at += BlockSize)
        {
            foreach (var value in content.Read(at, BlockSize, Structure))
            {
                if (value != '\n')
                {
                    if (line.Append((char)value).Length > 20)
                        throw new InvalidImageException(Structure, "a number is absurdly long", offset);
                    continue;
                }

                if (!long.TryParse(line.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                    throw new InvalidImageException(Structure, "a number is malformed", offset);
                numbers.Add(number);
                line.Clear();
                if (numbers[0] > MostPieces) throw new InvalidImageException(Structure, $"{numbers[0]} pieces", offset);
                if (numbers.Count == 1 + (numbers[0] * 2)) return (numbers[1..], at + BlockSize);
            }
        }
    }

    private static long Octal(ReadOnlySpan<byte> field, long offset)
    {
        long number = 0;
        if ((field[0] & 0x80) != 0)
        {
            foreach (var digit in field[^8..]) number = (number << 8) | digit;
            return number;
        }

        foreach (var digit in Encoding.ASCII.GetString(field).Trim(' ', '\0'))
            number = digit is >= '0' and <= '7'
                ? (number << 3) | (uint)(digit - '0')
                : throw new InvalidImageException(Structure, "a number is malformed", offset);
        return number;
    }
}
