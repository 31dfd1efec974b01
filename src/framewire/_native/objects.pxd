"""What CPython lets C do with its objects, and Python does not: inlined where it is used.

What belongs here: making lists, bytes and slotted instances piece by piece. Each function is safe only as its comment
says: an object is given to others after it is whole, not before.
"""

from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int64_t

cdef extern from *:
    """
    #include <structmember.h>

    /* An empty list whose memory for n items is there already. */
    static CYTHON_INLINE PyObject *fw_list_for(Py_ssize_t n) {
        PyObject *list = PyList_New(n);
        if (list) Py_SET_SIZE((PyVarObject *)list, 0);
        return list;
    }

    /* Append and keep the caller's reference to the item; it is given up on failure too. */
    static CYTHON_INLINE int fw_list_push(PyObject *list, PyObject *item) {
        Py_ssize_t n = Py_SIZE(list);
        int failed;
        if (n < ((PyListObject *)list)->allocated) {
            PyList_SET_ITEM(list, n, item);
            Py_SET_SIZE((PyVarObject *)list, n + 1);
            return 0;
        }
        failed = PyList_Append(list, item);
        Py_DECREF(item);
        return failed;
    }

    static CYTHON_INLINE PyObject *fw_slot(PyObject *instance, Py_ssize_t offset) {
        return *(PyObject **)((char *)instance + offset);
    }

    /* Where an instance of a class with __slots__ keeps the slot that `descriptor` describes; 0: not such a slot. */
    static CYTHON_INLINE Py_ssize_t fw_slot_offset(PyObject *descriptor) {
        PyMemberDef *member;
        if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type)) return 0;
        member = ((PyMemberDescrObject *)descriptor)->d_member;
        return member->type == T_OBJECT_EX ? member->offset : 0;
    }

    /* Fill the still empty slot at `offset` of a new instance. */
    static CYTHON_INLINE void fw_fill_slot(PyObject *instance, Py_ssize_t offset, PyObject *value) {
        Py_INCREF(value);
        *(PyObject **)((char *)instance + offset) = value;
    }
    """
    list list_for "fw_list_for"(Py_ssize_t n)
    int list_push "fw_list_push"(PyObject* items, PyObject* item) except -1
    Py_ssize_t slot_offset "fw_slot_offset"(object descriptor)
    PyObject* slot "fw_slot"(object instance, Py_ssize_t offset)    # borrowed; NULL: empty
    void fill_slot "fw_fill_slot"(object instance, Py_ssize_t offset, object value)

cdef extern from "Python.h":
    object new_instance "PyType_GenericAlloc"(type cls, Py_ssize_t items)
    void untrack "PyObject_GC_UnTrack"(object instance)
    bint is_ascii "PyUnicode_IS_COMPACT_ASCII"(str text)
    PyObject* new_bytes "PyBytes_FromStringAndSize"(const char* data, Py_ssize_t length) except NULL
    int resize_bytes "_PyBytes_Resize"(PyObject** whole, Py_ssize_t length) except -1
    int64_t PyLong_AsLongLong(object number) except? -1
    int64_t PyLong_AsLongLongAndOverflow(object number, int* overflow) except? -1
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL


cdef inline int push(list items, object item) except -1:
    """Append to a list."""
    Py_INCREF(item)
    return list_push(<PyObject*>items, <PyObject*>item)


cdef inline bint all_bytes(list items, Py_ssize_t step) noexcept:
    """Whether each `step`th item, from the first one on, is a builtin bytes object."""
    cdef Py_ssize_t i
    for i in range(0, len(items), step):
        if type(items[i]) is not bytes:
            return False
    return True
