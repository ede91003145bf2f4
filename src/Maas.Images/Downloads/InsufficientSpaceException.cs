namespace Maas.Images.Downloads;

/// <summary>The disk has not the space for what was to be fetched. Nothing was begun.</summary>
public sealed class InsufficientSpaceException : IOException
{
    internal InsufficientSpaceException(string directory, long needed, long spare, long free)
        : base($"There is not enough space in {directory}: {needed} bytes are to come and {spare} to stay free, and {free} are free.") =>
        (Directory, Needed, Free) = (directory, needed, free);

    /// <summary>Where.</summary>
    public string Directory { get; }

    /// <summary>Bytes that were to be fetched.</summary>
    public long Needed { get; }

    /// <summary>Bytes that are free, with those that must stay so.</summary>
    public long Free { get; }
}
