namespace Maas.Images.Downloads;

/// <summary>The start of an answer: which bytes of what follow.</summary>
internal sealed class MirrorResponse(string name, Stream body, IDisposable? response) : IDisposable
{
    /// <summary>Where it comes from, in messages.</summary>
    public string Name { get; } = name;

    public Stream Body { get; } = body;

    /// <summary>The offset of the first byte of the response: the requested one, or 0 if ranges are not supported.</summary>
    public long From { get; init; }

    /// <summary>Bytes of the whole file, if the mirror reports it.</summary>
    public long? Total { get; init; }

    /// <summary>Whether this is the requested range.</summary>
    public bool IsRange { get; init; }

    public void Dispose()
    {
        Body.Dispose();
        response?.Dispose();
    }
}
