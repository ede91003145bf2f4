namespace Maas.Images.Downloads;

/// <summary>
/// A file on its way into a part file, in order: the part's length says how far it is, to this run and to a later one, and
/// the hash is taken of each byte as it is written.
/// </summary>
internal sealed class Transfer(
    DownloadRequest request,
    FileStream part,
    RunningHash hash,
    DownloadOptions options,
    IProgress<ImportProgress>? progress)
{
    /// <summary>The bytes of the whole; -1 until a mirror has said so.</summary>
    public long Length { get; private set; } = request.Length ?? -1;

    public long Position => part.Position;

    /// <summary>Goes on behind what is there, unless that is too much to be a part of the file.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        if (Length >= 0 && part.Length > Length) part.SetLength(0);
        if (Length < 0 && part.Length > options.MostBytes) part.SetLength(0);
        await hash.AppendAsync(part, cancellationToken).ConfigureAwait(false);
        part.Position = part.Length;
        Report();
    }

    public void Restart()
    {
        part.SetLength(0);
        part.Position = 0;
        hash.Reset();
        Report(); // who reads the part meanwhile must know
    }

    /// <summary>Takes a mirror's word for the length, or holds it to what is known.</summary>
    public void Agree(string mirror, long total)
    {
        if (Length < 0)
        {
            if (total > options.MostBytes)
                throw new UntrustedArchiveException(mirror, $"it has {total} bytes, and at most {options.MostBytes} are fetched");
            Length = total;
            FreeSpace.Require(Path.GetDirectoryName(part.Name)!, total - Position, options.SpareBytes); // a file is in a folder
            return;
        }

        if (total > Length) throw new UntrustedArchiveException(mirror, $"it is longer than the {Length} bytes expected: {total}");
        if (total < Length) throw new UntrustedArchiveException(mirror, $"it is shorter than the {Length} bytes expected: {total}");
    }

    public async Task WriteAsync(string mirror, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (Position + bytes.Length > Length) throw new UntrustedArchiveException(mirror, $"it is longer than the {Length} bytes expected");
        await part.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        hash.Append(bytes.Span);
        Report();
    }

    private void Report() => progress?.Report(new ImportProgress("download", request.Item, Position, Length < 0 ? null : Length));
}
