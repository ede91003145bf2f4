using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Maas.Power.Tools;

/// <summary>Runs programs as child processes, with an empty standard input and bounded output.</summary>
internal sealed class ToolProcess : IToolRunner
{
    // A management controller can make the tool print anything; nothing of interest is longer.
    private const int OutputLimit = 32 * 1024;

    public async Task<ToolOutcome> RunAsync(ToolRequest request, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(request.Program, request.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.TryGetValue("PATH", out var path);
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in request.Environment) start.Environment[name] = value;

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new ToolOutcome.NotStarted(e.Message);
        }

        try
        {
            // A program that asks for a password finds the end of input instead of a terminal.
            process.StandardInput.Close();
            var output = ReadBoundedAsync(process.StandardOutput, cancellationToken);
            var error = ReadBoundedAsync(process.StandardError, cancellationToken);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new ToolOutcome.Exited(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> ReadBoundedAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            text.Append(buffer, 0, Math.Min(read, OutputLimit - text.Length));
        }

        return text.ToString();
    }
}
