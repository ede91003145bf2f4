using System.Reflection;

namespace Maas.Conformance;

/// <summary>One thing that MAAS's clients need, and the requests that show whether a server does it.</summary>
/// <param name="Name">What it is, as a sentence with underscores.</param>
/// <param name="Changes">Whether it changes the server.</param>
/// <param name="RunAsync">The requests; a <see cref="ConformanceException"/> says what is wrong.</param>
public sealed record ConformanceCase(string Name, bool Changes, Func<Server, Task> RunAsync)
{
    /// <summary>All cases by name.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        .. from type in typeof(ConformanceCase).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public)
           let attribute = method.GetCustomAttribute<CaseAttribute>()
           where attribute is not null
           orderby method.Name
           select new ConformanceCase(method.Name, attribute.Changes, method.CreateDelegate<Func<Server, Task>>()),
    ];
}
