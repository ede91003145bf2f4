namespace Maas.Core.Images;

/// <summary>What became of an image or a piece of one.</summary>
public abstract record UploadResult
{
    private UploadResult() { }

    /// <summary>It was taken.</summary>
    /// <param name="Resource">The resource afterwards, with the new version last.</param>
    public sealed record Taken(BootResource Resource) : UploadResult;

    /// <summary>It was refused.</summary>
    /// <param name="Field">The field at fault, by the API's name; empty for the bytes.</param>
    /// <param name="Reason">In words.</param>
    public sealed record Refused(string Field, string Reason) : UploadResult;

    /// <summary>There is no such resource or file.</summary>
    public sealed record NotFound : UploadResult;

    /// <summary>
    /// The host that has the bytes before the piece does not answer. The piece may be sent again when it does; unless that host took it
    /// and could not say so, it was not stored.
    /// </summary>
    /// <param name="Reason">In words.</param>
    public sealed record Unavailable(string Reason) : UploadResult;
}
