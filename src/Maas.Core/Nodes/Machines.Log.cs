using Maas.Core.Events;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Nodes;

/// <content>Log messages for an operator who watches the console: that a machine appeared, what became of it, and why.</content>
public sealed partial class Machines
{
    private void LogEvents(Machine machine, IReadOnlyList<EventNote> notes)
    {
        foreach (var note in notes)
        {
            var level = LogLevelOf(note.Level);
            if (note.Type == "New") LogAppeared(machine.Hostname, machine.Id, string.Join(", ", machine.MacAddresses), note.Description);
            else LogEvent(level, machine.Hostname, machine.Id, note.Type, note.Description);
        }
    }

    private static LogLevel LogLevelOf(EventLevel level) => level switch
    {
        EventLevel.Info => LogLevel.Information,
        EventLevel.Warning => LogLevel.Warning,
        EventLevel.Error or EventLevel.Critical => LogLevel.Error,
        _ => LogLevel.Debug,
    };

    [LoggerMessage(1, LogLevel.Information, "Machine {Hostname} ({SystemId}, {Macs}) appeared: {Description}")]
    private partial void LogAppeared(string hostname, SystemId systemId, string macs, string description);

    [LoggerMessage(EventId = 2, Message = "Machine {Hostname} ({SystemId}) {Type}: {Description}")]
    private partial void LogEvent(LogLevel level, string hostname, SystemId systemId, string type, string description);
}
