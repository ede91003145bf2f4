using System.Globalization;
using Maas.Images.FileTrees;

namespace Maas.Images.ArchiveTrees;

/// <summary>What GNU and pax headers say about the next entry. A pax record is <c>length key=value\n</c>.</summary>
internal sealed class TarExtensions
{
    private const string AttributePrefix = "SCHILY.xattr.";

    private readonly Dictionary<string, ReadOnlyMemory<byte>> _attributes = new(StringComparer.Ordinal);

    public string? Path { get; set; }

    public string? Link { get; set; }

    public long? Size { get; private set; }

    public long? UserId { get; private set; }

    public long? GroupId { get; private set; }

    public long? ModifiedAt { get; private set; }

    /// <summary>The length of a sparse file with its holes, and which form its map has.</summary>
    public long? SparseLength { get; private set; }

    /// <summary>The map itself, in the older pax forms: offset, length, offset, length …</summary>
    public List<long> SparseMap { get; } = [];

    /// <summary>The map stands before the data (GNU's form 1.0).</summary>
    public bool HasMapInData { get; private set; }

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Attributes => _attributes;

    public void Read(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty && records[0] != 0)
        {
            var space = records.IndexOf((byte)' ');
            if (space < 0 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length <= space + 1 || length > records.Length)
                throw new InvalidImageException("pax header", "a record's length is wrong");
            var record = records[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals < 0) throw new InvalidImageException("pax header", "a record has no value");
            Set(FileName.Decode(record[..equals]), record[(equals + 1)..]);
            records = records[length..];
        }
    }

    private void Set(string key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case "path": Path = FileName.Decode(value); break;
            case "linkpath": Link = FileName.Decode(value); break;
            case "size": Size = Whole(value); break;
            case "uid": UserId = Whole(value); break;
            case "gid": GroupId = Whole(value); break;
            case "mtime": ModifiedAt = Whole(value); break;
            case "GNU.sparse.name": Path = FileName.Decode(value); break;
            case "GNU.sparse.major": HasMapInData = Whole(value) == 1; break;
            case "GNU.sparse.size" or "GNU.sparse.realsize": SparseLength = Whole(value); break;
            case "GNU.sparse.offset" or "GNU.sparse.numbytes": SparseMap.Add(Whole(value)); break;
            case "GNU.sparse.map": SparseMap.AddRange(FileName.Decode(value).Split(',').Select(number => Whole(System.Text.Encoding.ASCII.GetBytes(number)))); break;
            case var _ when key.StartsWith(AttributePrefix, StringComparison.Ordinal): _attributes[key[AttributePrefix.Length..]] = value.ToArray(); break;
        }
    }

    private static long Whole(ReadOnlySpan<byte> value)
    {
        var point = value.IndexOf((byte)'.');
        return long.TryParse(point < 0 ? value : value[..point], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidImageException("pax header", "a number in it is none");
    }
}
