using System.Globalization;

namespace Maas.Images.ArchiveTrees;

/// <summary>
/// What GNU and pax headers say about the next entry. A pax record is <c>length key=value\n</c>. Extended attributes are there as they are
/// (star, GNU tar, libarchive), or with a key in URL encoding and a value in base64 without padding (libarchive's own form), or both.
/// </summary>
internal sealed class TarExtensions
{
    private const string AttributePrefix = "SCHILY.xattr.", EncodedAttributePrefix = "LIBARCHIVE.xattr.";

    private readonly Dictionary<string, ReadOnlyMemory<byte>> _attributes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _encoded = new(StringComparer.Ordinal); // names that libarchive writes in URL encoding in both forms

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

    /// <summary>The map precedes the data (GNU's form 1.0).</summary>
    public bool HasMapInData { get; private set; }

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Attributes => _attributes;

    public void Read(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty && records[0] != 0)
        {
            var space = records.IndexOf((byte)' ');
            if (space < 0
                || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1
                || length > records.Length)
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
            case "GNU.sparse.map":
                SparseMap.AddRange(FileName.Decode(value).Split(',').Select(number => Whole(System.Text.Encoding.ASCII.GetBytes(number))));
                    break;
            case var _ when key.StartsWith(AttributePrefix, StringComparison.Ordinal):
                var plain = key[AttributePrefix.Length..];
                if (!_encoded.Contains(plain)) _attributes[plain] = value.ToArray();
                break;
            case var _ when key.StartsWith(EncodedAttributePrefix, StringComparison.Ordinal):
                SetEncoded(key[EncodedAttributePrefix.Length..], value);
                break;
        }
    }

    private void SetEncoded(string encoded, ReadOnlySpan<byte> value)
    {
        var name = UrlDecoded(encoded);
        _attributes.TryAdd(name, Base64Decoded(value));
        if (name != encoded && _encoded.Add(encoded)) _attributes.Remove(encoded);
    }

    private static string UrlDecoded(string key)
    {
        var bytes = FileName.Encode(key);
        var (length, at) = (0, 0);
        while (at < bytes.Length)
        {
            if (bytes[at] == '%' && at + 2 < bytes.Length
                && byte.TryParse(bytes.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes[length++] = value;
                at += 3;
            }
            else
            {
                bytes[length++] = bytes[at++];
            }
        }

        return FileName.Decode(bytes.AsSpan(0, length));
    }

    private static byte[] Base64Decoded(ReadOnlySpan<byte> value)
    {
        var text = value.TrimEnd("=\0"u8);
        byte[] padded = [.. text, .. "==="u8[..((4 - (text.Length % 4)) % 4)]];
        var bytes = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(padded.Length)];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(padded, bytes, out _, out var written) != System.Buffers.OperationStatus.Done)
            throw new InvalidImageException("pax header", "an attribute's value is not base64");
        return bytes[..written];
    }

    private static long Whole(ReadOnlySpan<byte> value)
    {
        var point = value.IndexOf((byte)'.');
        return long.TryParse(
            point < 0 ? value : value[..point], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidImageException("pax header", "a number in it is malformed");
    }
}
