using Maas.Images.Downloads;

namespace Maas.Images.Import;

/// <summary>A file of a source.</summary>
public abstract record SourceFile
{
    private SourceFile()
    {
    }

    /// <summary>Its name within the source: unique there, for display, never used as a path.</summary>
    public required string Name { get; init; }

    /// <summary>What the source says of it, in the source's own words: <c>os</c>, <c>release</c>, <c>arch</c>, <c>ftype</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Its bytes, or <see langword="null"/> when they are not known beforehand.</summary>
    public long? Length { get; init; }

    /// <summary>A file on the network.</summary>
    public sealed record Remote : SourceFile
    {
        /// <summary>Where it is: http or https, the preferred place first.</summary>
        public required IReadOnlyList<Uri> Locations { get; init; }

        /// <summary>What it must hash to.</summary>
        public required ContentHash Hash { get; init; }
    }

    /// <summary>A file at hand: an upload, or a part of an ISO.</summary>
    public sealed record Local : SourceFile
    {
        /// <summary>Opens it for one reading from its start; closed when it has been read.</summary>
        public required Func<CancellationToken, Task<Stream>> OpenAsync { get; init; }
    }
}
