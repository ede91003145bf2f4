namespace HttpLoad;

/// <summary>
/// A file's length and some of its bytes: 4 KiB at the start of each 64 KiB. To compare all of them would cost more than to receive them.
/// </summary>
internal sealed class FileSample
{
    private const int Every = 64 << 10, Size = 4 << 10;

    private readonly byte[] _bytes;

    private FileSample(long length, byte[] bytes) => (Length, _bytes) = (length, bytes);

    public long Length { get; }

    public static FileSample Of(string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var bytes = new byte[(length + Every - 1) / Every * Size];
        for (long at = 0, kept = 0; at < length; at += Every, kept += Size) RandomAccess.Read(file, bytes.AsSpan((int)kept, Size), at);
        return new FileSample(length, bytes);
    }

    /// <summary>Whether what came at an offset agrees with the samples that lie in it.</summary>
    public bool Agrees(ReadOnlySpan<byte> part, long offset)
    {
        for (var block = offset / Every; block * Every < offset + part.Length; block++)
        {
            var from = Math.Max(offset, block * Every);
            var to = Math.Min(offset + part.Length, (block * Every) + Size);
            if (from >= to) continue;
            if (!part[(int)(from - offset)..(int)(to - offset)].SequenceEqual(
                _bytes.AsSpan((int)((block * Size) + from - (block * Every)), (int)(to - from))))
                return false;
        }

        return offset + part.Length <= Length;
    }
}
