using System.Diagnostics;
using Maas.Testing;
using Maas.Testing.Events;
using Spectre.Console;

namespace Tour;

/// <summary>Prints what happens, with times: chapters by the teller, lines by the machine.</summary>
internal sealed class Story : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly Task _telling;

    public Story(SimulatedMachine machine) => _telling = TellAsync(machine);

    /// <summary>A new part of the machine's life.</summary>
    public void Chapter(string title) => AnsiConsole.MarkupLineInterpolated($"\n[bold]{title}[/]");

    /// <summary>Something that a person or the server did.</summary>
    public void Line(string text) => Write("server", text);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _telling;
        _stop.Dispose();
    }

    private async Task TellAsync(SimulatedMachine machine)
    {
        try
        {
            await foreach (var happened in machine.WatchAsync(_stop.Token))
                if (happened is not MachineEvent.Http { Client: "cloud-init", Method: "POST" }) Write("machine", happened.ToString());
        }
        catch (OperationCanceledException)
        {
            // The story is over.
        }
    }

    private void Write(string who, string text) =>
        AnsiConsole.MarkupLineInterpolated($"[grey]{_since.Elapsed.TotalSeconds,7:0.00} s[/]  {who,-8}{text}");
}
