using System.Runtime.CompilerServices;

namespace Maas.Fuzz.Tests;

/// <summary>Instruments the packages under test before the first of their types is used.</summary>
internal static class Instrumented
{
#pragma warning disable CA2255 // a test suite is an application: nothing loads the package earlier
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Now() => Instrumentation.Of("Maas.Boot", "Maas.Core", "Maas.Images", "Maas.Install", "Maas.Power");
}
