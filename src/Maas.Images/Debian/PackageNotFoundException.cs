namespace Maas.Images.Debian;

/// <summary>A package, or a file expected inside one, is in none of the sources.</summary>
public sealed class PackageNotFoundException : Exception
{
    /// <summary>Says what is missing and where it was looked for.</summary>
    /// <param name="package">The package's name.</param>
    /// <param name="reason">What is missing, one sentence.</param>
    public PackageNotFoundException(string package, string reason)
        : base(reason) => Package = package;

    /// <summary>The package's name.</summary>
    public string Package { get; }
}
