using System.Reflection;
using Maas.Core.Stores;

namespace Maas.Core.Tests;

/// <summary>Replaces a part of a store.</summary>
internal static class StorePart
{
    public static IMaasStore Replace<T>(IMaasStore store, T part) where T : class
    {
        var proxy = DispatchProxy.Create<IMaasStore, Proxy>();
        (((Proxy)(object)proxy).Store, ((Proxy)(object)proxy).Part) = (store, (typeof(T), part));
        return proxy;
    }

#pragma warning disable CA1852 // the runtime derives a class from it
    internal class Proxy : DispatchProxy
#pragma warning restore CA1852
    {
        public IMaasStore Store { get; set; } = null!;

        public (Type Type, object Value) Part { get; set; }

        protected override object? Invoke(MethodInfo? method, object?[]? arguments) => method!.ReturnType == Part.Type
            ? Part.Value
            : method.Invoke(Store, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }
}
