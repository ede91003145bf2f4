namespace Maas.Images.Import;

/// <summary>One file from a stream: an upload, or a file on this machine. Its hash is not known, so its content is not verified.</summary>
public sealed class UploadSource : IImageSource
{
    /// <inheritdoc/>
    public required string Name { get; init; }

    /// <summary>The bytes; read once to the end and closed.</summary>
    public required Stream Content { get; init; }

    /// <summary>How many they are, for the disk-space check and progress; <see langword="null"/> when not known.</summary>
    public long? Length { get; init; }

    /// <summary>What to remember of it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<SourceListing> ListAsync(SourceContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(new SourceListing(
            [new SourceFile.Local
            {
                Name = Name,
                OpenAsync = _ => Task.FromResult(Content),
                Length = Length ?? (Content.CanSeek ? Content.Length - Content.Position : null),
                Metadata = Metadata
            }],
            new Dictionary<string, string>(StringComparer.Ordinal)));
}
