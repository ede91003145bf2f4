using Xunit;

namespace Maas.Judges;

/// <summary>What a judge said.</summary>
/// <param name="ExitCode">0 is approval for every judge we use.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record Verdict(int ExitCode, string Output, string Error)
{
    /// <summary>Fails the test unless the judge exited with 0, showing what it printed.</summary>
    public Verdict Approved()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Error}");
        return this;
    }
}
