using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tests.Diagnostics;

public class LogMessageTests
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Fact]
    public void Every_log_message_has_an_event_id_that_no_other_has()
    {
        var messages =
            (from type in typeof(BootServer).Assembly.GetTypes()
             from method in type.GetMethods(Declared)
             let message = method.GetCustomAttribute<LoggerMessageAttribute>()
             where message is not null
             select (Method: $"{type.Name}.{method.Name}", message.EventId)).ToList();

        messages.Should().HaveCountGreaterThan(30);
        messages.Where(m => m.EventId <= 0).Should().BeEmpty("an event is found by its id");
        messages.GroupBy(m => m.EventId).Where(g => g.Count() > 1).Should().BeEmpty("an id names one event");
        messages.Select(m => m.Method.Split('.')[1]).Should().OnlyContain(name => name.StartsWith("Log", StringComparison.Ordinal));
    }
}
