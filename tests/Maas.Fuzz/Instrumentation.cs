using SharpFuzz;

namespace Maas.Fuzz;

/// <summary>
/// Writes a counter into every branch of an assembly before it is loaded (SharpFuzz), so that <see cref="Fuzzer"/> sees which inputs reach
/// new code. It is called from a module initializer of the suite, whose build copies the assembly afresh each time.
/// </summary>
public static class Instrumentation
{
    /// <summary>Instruments assemblies that lie beside the running program.</summary>
    /// <param name="assemblies">Their names, without <c>.dll</c>.</param>
    /// <exception cref="InvalidOperationException">One is loaded already: instrumenting it would change nothing in this
    /// process.</exception>
    public static void Of(params ReadOnlySpan<string> assemblies)
    {
        CoverageMap.Attach();
        foreach (var name in assemblies)
        {
            if (AppDomain.CurrentDomain.GetAssemblies().Any(a => a.GetName().Name == name))
                throw new InvalidOperationException($"{name} is loaded already.");
            var path = Path.Combine(AppContext.BaseDirectory, name + ".dll");
            var copy = path + ".instrumented";
            File.Copy(path, copy, overwrite: true);
            try
            {
                SharpFuzz.Fuzzer.Instrument(copy, static _ => true, SharpFuzz.Options.Value);
                File.Move(copy, path, overwrite: true);
            }
            catch (InstrumentationException e) when (e.Message.Contains("already instrumented", StringComparison.Ordinal))
            {
                File.Delete(copy);
            }
        }
    }
}
