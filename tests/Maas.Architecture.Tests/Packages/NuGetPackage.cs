using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Xml.Linq;

namespace Maas.Architecture.Tests.Packages;

/// <summary>A package file and, beside it, the file of its symbols.</summary>
public sealed class NuGetPackage : IDisposable
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A"); // of the Portable PDB format

    private readonly ZipArchive _archive;
    private readonly XElement _metadata;

    private NuGetPackage(string path)
    {
        Path = path;
        _archive = ZipFile.OpenRead(path);
        using var specification = _archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        _metadata = XDocument.Load(specification).Root!.Elements().Single(); // <package><metadata>, which NuGet checks
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The names of its files.</summary>
    public IEnumerable<string> Files => _archive.Entries.Select(entry => entry.FullName);

    /// <summary>The file of its symbols, which exists or not.</summary>
    public string SymbolFile => System.IO.Path.ChangeExtension(Path, ".snupkg");

    public static NuGetPackage Open(string path) => new(path);

    /// <summary>The text of a field of the nuspec; empty when it is missing.</summary>
    public string this[string field] => Field(field)?.Value ?? "";

    /// <summary>An attribute of a field of the nuspec.</summary>
    public string? Attribute(string field, string attribute) => Field(field)?.Attribute(attribute)?.Value;

    /// <summary>Each dependency with its lowest version.</summary>
    public IEnumerable<(string Id, string Version)> Dependencies =>
        from dependency in _metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
        select (dependency.Attribute("id")!.Value, dependency.Attribute("version")!.Value); // both are required

    /// <summary>The text of a file.</summary>
    public string Read(string name) => Encoding.UTF8.GetString(ReadBytes(name));

    /// <summary>The bytes of a file.</summary>
    public byte[] ReadBytes(string name) => ReadBytes(_archive, name);

    /// <summary>The paths of the sources and the SourceLink document that the symbols of a library contain.</summary>
    public (IReadOnlyList<string> Sources, string? SourceLink) ReadSymbols(string library)
    {
        using var archive = ZipFile.OpenRead(SymbolFile);
        using var content = new MemoryStream(ReadBytes(archive, $"lib/net10.0/{library}.pdb"));
        using var pdb = MetadataReaderProvider.FromPortablePdbStream(content);
        var reader = pdb.GetMetadataReader();
        var link = reader.GetCustomDebugInformation(EntityHandle.ModuleDefinition)
            .Select(reader.GetCustomDebugInformation)
            .Where(information => reader.GetGuid(information.Kind) == SourceLink)
            .Select(information => Encoding.UTF8.GetString(reader.GetBlobBytes(information.Value)))
            .SingleOrDefault();
        return ([.. reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name))], link);
    }

    public void Dispose() => _archive.Dispose();

    private XElement? Field(string name) => _metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name);

    private static byte[] ReadBytes(ZipArchive archive, string name)
    {
        using var content = (archive.GetEntry(name) ?? throw new FileNotFoundException(name)).Open();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }
}
