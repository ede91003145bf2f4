using System.Runtime.CompilerServices;

namespace Maas.Aot;

internal static class Check
{
    public static void That(bool holds, [CallerArgumentExpression(nameof(holds))] string expression = "")
    {
        if (!holds) throw new InvalidOperationException($"Not true: {expression}");
    }

    public static T Found<T>(T? value, [CallerArgumentExpression(nameof(value))] string expression = "")
        where T : class => value ?? throw new InvalidOperationException($"Not found: {expression}");
}
