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
}
