using Maas.Judges;

namespace Maas.Architecture.Tests.Packages;

/// <summary>The packages of the solution as it is built, in a temporary folder: packed once for all tests that read them.</summary>
[CollectionDefinition(nameof(PackedSolution))]
public sealed class PackedSolution : ICollectionFixture<PackedSolution>, IAsyncLifetime
{
    private readonly DirectoryInfo _output = Directory.CreateTempSubdirectory("maas-pack");

    /// <summary>What <c>dotnet pack</c> printed.</summary>
    public string Output { get; private set; } = "";

    /// <summary>The folder of the packages.</summary>
    public string Folder => _output.FullName;

    /// <summary>The identifiers of the packages, from the names of the files.</summary>
    public IEnumerable<string> Ids => _output.GetFiles("*.nupkg").Select(file => IdOf(file.Name));

    public async ValueTask InitializeAsync()
    {
        string[] pack = ["pack", Repository.PathOf("Maas.sln"), "--no-build", "-c", Repository.Configuration, "-o", Folder];
        Output = (await Judge.RunAsync("dotnet", pack)).Approved().Output;
    }

    public ValueTask DisposeAsync()
    {
        _output.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens a package.</summary>
    public NuGetPackage Open(string id) =>
        NuGetPackage.Open(_output.GetFiles("*.nupkg").Single(file => IdOf(file.Name) == id).FullName);

    private static string IdOf(string file) =>
        string.Join('.', file.Split('.').TakeWhile(part => !char.IsAsciiDigit(part[0])));
}
