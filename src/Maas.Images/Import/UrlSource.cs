using Maas.Images.Downloads;

namespace Maas.Images.Import;

/// <summary>One file at a URL, with a hash from a trusted source.</summary>
public sealed class UrlSource : IImageSource
{
    /// <inheritdoc/>
    public required string Name { get; init; }

    /// <summary>Where it is: http or https; more than one are mirrors of it, the preferred one first.</summary>
    public required IReadOnlyList<Uri> Locations { get; init; }

    /// <summary>What it must hash to.</summary>
    public required ContentHash Hash { get; init; }

    /// <summary>Its bytes; <see langword="null"/> (default) to take the server's word.</summary>
    public long? Length { get; init; }

    /// <summary>What to remember of it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<SourceListing> ListAsync(SourceContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(new SourceListing(
            [new SourceFile.Remote { Name = Name, Locations = Locations, Hash = Hash, Length = Length, Metadata = Metadata }],
            new Dictionary<string, string>(StringComparer.Ordinal)));
}
