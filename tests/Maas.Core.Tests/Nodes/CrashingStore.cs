using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Maas.Core.Stores;

namespace Maas.Core.Tests.Nodes;

/// <summary>A store at whose n-th write the process ends, as far as its caller can tell: before it is made, or after it.</summary>
internal sealed class CrashingStore(bool afterwards)
{
    private int _left = int.MaxValue;

    public IMaasStore Watch(IMaasStore store) => (IMaasStore)Proxy.Of(typeof(IMaasStore), store, this);

    /// <summary>The process ends at the n-th write from now on.</summary>
    public void Arm(int number) => _left = number;

    /// <summary>It does not end any more.</summary>
    public void Disarm() => _left = int.MaxValue;

    private bool EndsNow() => _left != int.MaxValue && --_left == 0;

    internal sealed class CrashException : Exception;

    [SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
    internal class Proxy : DispatchProxy
    {
        private object _target = null!;
        private CrashingStore _crash = null!;

        public static object Of(Type type, object target, CrashingStore crash)
        {
            var proxy = Create(type, typeof(Proxy));
            (((Proxy)proxy)._target, ((Proxy)proxy)._crash) = (target, crash);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? method, object?[]? arguments)
        {
            var isWrite = new[] { "Save", "Delete", "Reserve" }.Any(verb => method!.Name.StartsWith(verb, StringComparison.Ordinal));
            var ends = isWrite && _crash.EndsNow();
            if (ends && !_crash.Afterwards) throw new CrashException();
            var result = method!.Invoke(_target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
            if (method.IsSpecialName && method.ReturnType.IsInterface) return Of(method.ReturnType, result!, _crash);
            if (!ends) return result;
            ((Task)result!).GetAwaiter().GetResult();
            throw new CrashException();
        }
    }

    private bool Afterwards => afterwards;
}
