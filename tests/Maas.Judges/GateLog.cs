using System.Reflection;
using Xunit;

namespace Maas.Judges;

/// <summary>
/// The test classes of a process that passed the gate, one a line, in the file <c>MAAS_TEST_GATES</c>. Without tools only these can end
/// otherwise than with them: <c>./test --all</c> runs no others again. A check by the fixture of a collection is one of each class of the
/// collection. A <c>*</c> is a check outside of both (a fixture of the assembly), after which every class counts.
/// </summary>
/// <param name="file">The file that is appended to.</param>
public sealed class GateLog(string file)
{
    private readonly HashSet<string> _classes = new(StringComparer.Ordinal);

    /// <summary>The log that the environment asks for; <see langword="null"/> for none.</summary>
    public static GateLog? OfProcess { get; } =
        Environment.GetEnvironmentVariable("MAAS_TEST_GATES") is { Length: > 0 } file ? new GateLog(file) : null;

    /// <summary>Notes the class of the running test.</summary>
    public void Add()
    {
        var running = TestContext.Current;
        string[] names = running.TestClass is { TestClassName: var name } ? [name]
            : running.TestCollection is { TestCollectionDisplayName: var collection } ? ClassesOf(collection, Assembly.GetEntryAssembly())
            : [];
        lock (_classes)
            foreach (var each in names.DefaultIfEmpty("*"))
                if (_classes.Add(each)) File.AppendAllLines(file, [each]);
    }

    /// <summary>The classes of a collection of tests, by their full names.</summary>
    /// <param name="collection">Its name.</param>
    /// <param name="assembly">Where they are.</param>
    public static string[] ClassesOf(string collection, Assembly? assembly) =>
    [
        .. from type in assembly?.GetTypes() ?? []
           where type.GetCustomAttribute<CollectionAttribute>()?.Name == collection
           select type.FullName,
    ];
}
