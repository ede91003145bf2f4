using Maas.Core.Nodes;
using Maas.Testing;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Tests.Nodes;

/// <summary>What an operator sees on the server's console.</summary>
public sealed class MachineLogTests
{
    [Fact]
    public async Task The_console_says_that_a_machine_appeared_what_became_of_it_and_why()
    {
        using var lines = new LogLines();
        await using var core = await MaasCore.OpenAsync(
            new InMemoryMaasStore(), services: new MaasCoreServices { LoggerFactory = lines });
        var created = await core.Machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")] });
        var machine = created.Should().BeOfType<CreateResult.Created>().Which.Machine;
        await core.Machines.ExecuteAsync(machine.Id, new MachineCommand.Commission());
        await core.Machines.ReportAsync(machine.Id, new MachineReport.Signal(SignalReport.Failed, "the disk sda is on fire"));
        await core.Machines.EditAsync(machine.Id, null, edited => edited with { Description = "a person's change" });

        var who = $"{machine.Hostname} ({machine.Id}";
        lines.Lines.Should().Contain($"Information Machine {who}, 52:54:00:00:00:01) appeared: Enlisted.");
        lines.Lines.Should().Contain(line => line.StartsWith($"Information Machine {who}) Commissioning: ", StringComparison.Ordinal));
        lines.Lines.Should()
            .Contain(line => line.Contains(who, StringComparison.Ordinal)
            && line.Contains("the disk sda is on fire", StringComparison.Ordinal));
        lines.Lines.Where(line => !line.StartsWith("Debug", StringComparison.Ordinal)).Should()
            .NotContain(line => line.Contains("(null)", StringComparison.Ordinal))
            .And.NotContain(line => line.Contains("description", StringComparison.Ordinal), "a person's own change is no news").And
            .OnlyHaveUniqueItems();
    }

    private sealed class LogLines : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
            // There is this one alone.
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                Lines.Add($"{logLevel} {formatter(state, exception)}");

        public void Dispose() => Lines.Clear();
    }
}
