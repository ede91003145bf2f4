using System.ComponentModel;
using System.Diagnostics;

namespace VmLab.Processes;

/// <summary>A program of the host, run to its end.</summary>
public static class HostCommand
{
    /// <summary>Runs <paramref name="program"/> and returns its standard output.</summary>
    /// <exception cref="HostCommandException">It exited with anything but 0.</exception>
    /// <exception cref="InvalidOperationException">It cannot be started.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";

        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0) throw new HostCommandException(start, process.ExitCode, await output + await error);
            return await output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        }
        catch (Win32Exception failure)
        {
            var reason = new Win32Exception(failure.NativeErrorCode).Message; // without the working directory
            throw new InvalidOperationException($"{start.FileName} did not start: {reason}. Is its package installed?", failure);
        }
    }
}

/// <summary>A program of the host failed.</summary>
public sealed class HostCommandException(ProcessStartInfo command, int exitCode, string output)
    : Exception($"{command.FileName} {string.Join(' ', command.ArgumentList)} ended with {exitCode}:\n{output}")
{
    public int ExitCode { get; } = exitCode;
}
