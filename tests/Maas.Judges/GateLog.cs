using Xunit;

namespace Maas.Judges;

/// <summary>
/// The test classes of a process that passed the gate, one a line, in the file <c>MAAS_TEST_GATES</c>. Without tools only these can end
/// otherwise than with them: <c>./test --all</c> runs no others again. A <c>*</c> is a check outside of a class (a fixture that
/// several share), after which every class counts.
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
        var name = TestContext.Current.TestClass?.TestClassName ?? "*";
        lock (_classes)
            if (_classes.Add(name)) File.AppendAllLines(file, [name]);
    }
}
