namespace Maas.Images.Debian;

/// <summary>A boot program, and the package it comes from.</summary>
public sealed record BootProgram
{
    /// <summary>Names a program.</summary>
    /// <param name="name">The name to store it under; a plain file name.</param>
    /// <param name="package">The Debian package that has it.</param>
    /// <param name="pathInPackage">Its path there, without a leading slash.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a plain file name.</exception>
    public BootProgram(string name, string package, string pathInPackage)
    {
        if (name.Length == 0 || name is "." or ".." || name != Path.GetFileName(name))
            throw new ArgumentException($"'{name}' is not a plain file name.", nameof(name));
        (Name, Package, PathInPackage) = (name, package, pathInPackage);
    }

    /// <summary>The name it is stored under.</summary>
    public string Name { get; }

    /// <summary>The Debian package that has it.</summary>
    public string Package { get; }

    /// <summary>Its path there, without a leading slash.</summary>
    public string PathInPackage { get; }
}
