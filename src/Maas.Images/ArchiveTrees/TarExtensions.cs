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

    public bool IsSparse { get; private set; }

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
            case var _ when key.StartsWith("GNU.sparse.", StringComparison.Ordinal): IsSparse = true; break;
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
