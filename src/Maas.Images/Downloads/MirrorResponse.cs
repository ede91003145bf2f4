namespace Maas.Images.Downloads;

/// <summary>The start of an answer: which bytes of what follow.</summary>
internal sealed class MirrorResponse(string name, Stream body, IDisposable? response) : IDisposable
{
    /// <summary>Where it comes from, in messages.</summary>
    public string Name { get; } = name;

    public Stream Body { get; } = body;

    /// <summary>The first byte that comes: what was asked for, or 0 where ranges are not served.</summary>
    public long From { get; init; }

    /// <summary>Bytes of the whole file, if the mirror says so.</summary>
    public long? Total { get; init; }

    /// <summary>Whether this is the range that was asked for.</summary>
    public bool IsRange { get; init; }

    public void Dispose()
    {
        Body.Dispose();
        response?.Dispose();
    }
}
