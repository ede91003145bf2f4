namespace Maas.Images.Downloads;

/// <summary>An archive's signature, date, or a file's hash is not what it must be. Nothing of it was used.</summary>
public sealed class UntrustedArchiveException : Exception
{
    /// <summary>Says which file is not trusted and why.</summary>
    /// <param name="file">The file's URL or path.</param>
    /// <param name="reason">Why, one clause without a full stop.</param>
    /// <param name="innerException">What was thrown while checking, if anything.</param>
    public UntrustedArchiveException(string file, string reason, Exception? innerException = null)
        : base($"{file} is not trusted: {reason}.", innerException) => File = file;

    /// <summary>The file's URL or path.</summary>
    public string File { get; }
}
