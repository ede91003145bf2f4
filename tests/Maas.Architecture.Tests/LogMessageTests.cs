using System.Reflection;
using Maas.Judges;
using Microsoft.Extensions.Logging;

namespace Maas.Architecture.Tests;

/// <summary>A log line says what it knows: an argument that may be null would be <c>(null)</c> in the middle of a sentence.</summary>
public class LogMessageTests
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Packages => [.. Repository.Packages];

    [Theory, MemberData(nameof(Packages))]
    public void No_argument_of_a_log_message_may_be_null(string package)
    {
        var nullability = new NullabilityInfoContext();
        var arguments =
            from type in Assembly.Load(package).GetTypes()
            from method in type.GetMethods(Declared)
            where method.GetCustomAttribute<LoggerMessageAttribute>() is not null
            from parameter in method.GetParameters()
            where !typeof(Exception).IsAssignableFrom(parameter.ParameterType)
            where nullability.Create(parameter).ReadState == NullabilityState.Nullable
            select $"{type.Name}.{method.Name}({parameter.Name})";

        arguments.Should().BeEmpty("the caller says in words what there is not");
    }

    [Theory]
    [InlineData("Maas.Boot")]
    [InlineData("Maas.Hosting")]
    public void Each_log_message_has_an_event_id_of_its_own(string package)
    {
        var ids =
            from type in Assembly.Load(package).GetTypes()
            from method in type.GetMethods(Declared)
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()
            where message is not null
            select (message.EventId, Name: $"{type.Name}.{method.Name}");
        var all = ids.ToList();

        all.Should().NotBeEmpty();
        all.Where(each => each.EventId <= 0).Select(each => each.Name).Should().BeEmpty("an id that the compiler makes is not documented");
        all.GroupBy(each => each.EventId).Where(group => group.Count() > 1).SelectMany(group => group).Select(each => each.Name)
            .Should().BeEmpty("an id means one message");
    }
}
